-- The SLA policies of the directory; a removed one stays, so that an older event cannot bring it back.
CREATE TABLE sla_policies_v1 (
    id text PRIMARY KEY,
    partition integer NOT NULL,
    version integer NOT NULL,
    removed boolean NOT NULL,
    position integer NOT NULL,
    conditions jsonb NOT NULL,
    calendar_id text,
    paused_while text[] NOT NULL,
    on_reopen text NOT NULL,
    at_risk_percent integer NOT NULL,
    active boolean NOT NULL,
    targets jsonb NOT NULL
);

-- One row a start of a ticket's clock.
CREATE TABLE sla_timers_v1 (
    ticket_id uuid NOT NULL,
    clock text NOT NULL,
    instance integer NOT NULL,
    partition integer NOT NULL,
    version integer NOT NULL,
    policy_id text,
    policy_version integer NOT NULL,
    calendar_id text,
    calendar_version integer,
    goal interval,
    started_at timestamptz NOT NULL,
    due_at timestamptz,
    at_risk_at timestamptz,
    paused_at timestamptz,
    remaining interval,
    fixed boolean NOT NULL,
    stopped_at timestamptz,
    dropped_at timestamptz,
    at_risk_fired_at timestamptz,
    breached_at timestamptz,
    breach_revoked_at timestamptz,
    PRIMARY KEY (ticket_id, clock, instance)
) WITH (fillfactor = 80);

-- Few at any time: the clocks that go on and were warned of, and are not broken yet.
CREATE INDEX sla_timers_v1_at_risk ON sla_timers_v1 (ticket_id)
    WHERE at_risk_fired_at IS NOT NULL AND breached_at IS NULL AND stopped_at IS NULL AND dropped_at IS NULL;

-- Only tickets that have something due.
CREATE INDEX tickets_v1_due ON tickets_v1
    (least(first_response_due_at, next_reply_due_at, resolution_due_at), id)
    WHERE least(first_response_due_at, next_reply_due_at, resolution_due_at) IS NOT NULL;
