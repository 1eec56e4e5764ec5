-- Where each read model stands. `next_offset` is the first offset not yet applied; another `topic_id` is another log.
CREATE TABLE projection_positions (
    model text NOT NULL,
    model_version integer NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    topic_id uuid NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (model, model_version, topic, partition)
) WITH (fillfactor = 50);

-- Which version of each read model its view shows.
CREATE TABLE served_models (
    model text PRIMARY KEY,
    model_version integer NOT NULL
);

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

CREATE TABLE tickets_v1 (
    id uuid PRIMARY KEY,
    partition integer NOT NULL,
    version integer NOT NULL,
    conversation_version integer NOT NULL,
    reference text NOT NULL,
    external text,
    subject text NOT NULL,
    description text NOT NULL,
    channel text NOT NULL,
    priority text NOT NULL,
    status text NOT NULL,
    requester_id text NOT NULL,
    organisation text,
    assignee_id text,
    team_id text,
    category text,
    tags text[] NOT NULL,
    fields jsonb NOT NULL,
    follows uuid,
    origin text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    first_response_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    close_reason text,
    first_response_due_at timestamptz,
    next_reply_due_at timestamptz,
    resolution_due_at timestamptz,
    first_response_breached boolean NOT NULL,
    next_reply_breached boolean NOT NULL,
    resolution_breached boolean NOT NULL,
    first_response_instance integer NOT NULL,
    next_reply_instance integer NOT NULL,
    resolution_instance integer NOT NULL,
    escalation_level integer NOT NULL,
    reopenings integer NOT NULL,
    reassignments integer NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX tickets_v1_reference ON tickets_v1 (reference);
CREATE INDEX tickets_v1_created ON tickets_v1 (created_at, id);
CREATE INDEX tickets_v1_updated ON tickets_v1 (updated_at, id);
CREATE INDEX tickets_v1_status ON tickets_v1 (status, created_at, id);
CREATE INDEX tickets_v1_requester ON tickets_v1 (requester_id, created_at, id);
CREATE INDEX tickets_v1_assignee ON tickets_v1 (assignee_id, status, created_at, id);
CREATE INDEX tickets_v1_team ON tickets_v1 (team_id, status, created_at, id);

CREATE TABLE ticket_events_v1 (
    ticket_id uuid NOT NULL,
    version integer NOT NULL,
    conversation_version integer NOT NULL,
    partition integer NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    created_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    command_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    cause_id uuid,
    origin text NOT NULL,
    implied boolean NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (ticket_id, version)
);

CREATE TABLE ticket_comments_v1 (
    ticket_id uuid NOT NULL,
    version integer NOT NULL,
    partition integer NOT NULL,
    author_kind text NOT NULL,
    author_id text NOT NULL,
    internal boolean NOT NULL,
    body text NOT NULL,
    format text NOT NULL,
    created_at timestamptz NOT NULL,
    redacted boolean NOT NULL,
    PRIMARY KEY (ticket_id, version)
);

-- The words of a ticket, kept apart so that a change of status does not write them again.
CREATE TABLE ticket_search_v1 (
    ticket_id uuid PRIMARY KEY,
    partition integer NOT NULL,
    public_words tsvector NOT NULL,
    internal_words tsvector NOT NULL
);
CREATE INDEX ticket_search_v1_words ON ticket_search_v1
    USING gin (public_words, internal_words);

-- One row a person and partition, so that projectors never wait for each other; the view merges them.
CREATE TABLE users_v1 (
    id text NOT NULL,
    partition integer NOT NULL,
    kind text NOT NULL,
    acted_at timestamptz NOT NULL,
    name text,
    email text,
    organisation text,
    told_at timestamptz NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (id, partition)
) WITH (fillfactor = 80);

CREATE TABLE command_outcomes_v1 (
    command_id uuid PRIMARY KEY,
    partition integer NOT NULL,
    stream text NOT NULL,
    subject text NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    decided_at timestamptz NOT NULL,
    accepted boolean NOT NULL,
    version integer,
    conversation_version integer,
    reference text,
    follow_up_id uuid,
    continued_by uuid,
    code text,
    detail text,
    allowed text[] NOT NULL
);
CREATE INDEX command_outcomes_v1_decided_at ON command_outcomes_v1 (decided_at);

-- What the directory says of people and teams; a removed record stays, so that an older event cannot bring it back.
CREATE TABLE agents_v1 (
    id text PRIMARY KEY,
    partition integer NOT NULL,
    version integer NOT NULL,
    removed boolean NOT NULL,
    name text NOT NULL,
    email text,
    team_id text,
    tier text NOT NULL,
    manager_id text,
    max_load integer NOT NULL,
    languages text[] NOT NULL,
    out_of_office_from timestamptz,
    out_of_office_until timestamptz,
    visibility text NOT NULL,
    active boolean NOT NULL
);

CREATE TABLE agent_skills_v1 (
    agent_id text PRIMARY KEY,
    partition integer NOT NULL,
    version integer NOT NULL,
    skills jsonb NOT NULL
);

CREATE TABLE teams_v1 (
    id text PRIMARY KEY,
    partition integer NOT NULL,
    version integer NOT NULL,
    removed boolean NOT NULL,
    name text NOT NULL,
    leads text[] NOT NULL,
    fallback_team_id text
);

-- What agents carry, and whether they are there: streams of their own, merged with the record by the view `agents`.
CREATE TABLE agent_loads_v1 (
    agent_id text PRIMARY KEY,
    partition integer NOT NULL,
    version integer NOT NULL,
    status text,
    load integer,
    max_load integer
) WITH (fillfactor = 50);

CREATE TABLE agent_presence_v1 (
    agent_id text PRIMARY KEY,
    partition integer NOT NULL,
    log_offset bigint NOT NULL,
    presence text NOT NULL,
    since timestamptz NOT NULL
) WITH (fillfactor = 50);
