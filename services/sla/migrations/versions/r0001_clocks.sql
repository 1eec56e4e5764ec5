-- Where the fold stands. `next_offset` is the first offset not yet applied; another `topic_id` is another log.
CREATE TABLE projection_positions (
    model text NOT NULL,
    model_version integer NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    topic_id uuid NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (model, model_version, topic, partition)
) WITH (fillfactor = 50);

-- Events that could not be applied (`reason`), and later ones of the same ticket, which wait behind them.
CREATE TABLE parked_events (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    topic_id uuid NOT NULL,
    subject text NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    reason text,
    parked_at timestamptz NOT NULL DEFAULT now(),
    redrive_at timestamptz,
    PRIMARY KEY (consumer_group, topic, partition, log_offset)
);
CREATE INDEX parked_events_subject ON parked_events (consumer_group, subject);

-- Each ticket as the fold of its events (`domain/stored.py`); null once it is closed, when nothing can happen to its clocks.
-- `basis` is what the ticket's decider compares a fire with. `look`: what was promised is not on record yet as it should be, or the timers may be others.
CREATE TABLE tickets (
    ticket_id uuid PRIMARY KEY,
    partition integer NOT NULL,
    version integer NOT NULL,
    basis integer NOT NULL,
    state bytea,
    look boolean NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2);
CREATE INDEX tickets_look ON tickets (partition) WHERE look;

-- What will happen when, by what is on record: the command of each follows from its row and its ticket's.
-- `try_at` is `fire_at` until it was asked for, and then when it is asked for again, unless its event came.
CREATE TABLE timers (
    ticket_id uuid NOT NULL,
    kind text NOT NULL,
    clock text NOT NULL,
    instance integer NOT NULL,
    partition integer NOT NULL,
    mark timestamptz NOT NULL,
    fire_at timestamptz NOT NULL,
    try_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    PRIMARY KEY (ticket_id, kind, clock, instance)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX timers_try_at ON timers (try_at);

-- On what the timers of a partition rest besides its tickets: hold, preset and rules.
CREATE TABLE fitted (
    partition integer PRIMARY KEY,
    basis text NOT NULL
);
