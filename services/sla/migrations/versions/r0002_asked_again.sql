-- `look_at`: when the ticket is looked at, as what was promised is not on record as it should be, or the timers may be others.
-- `looks`: how often its target was asked for since; while it is 0, nobody has looked.
ALTER TABLE tickets ADD COLUMN look_at timestamptz, ADD COLUMN looks integer NOT NULL DEFAULT 0;
UPDATE tickets SET look_at = 'epoch' WHERE look;
DROP INDEX tickets_look;
ALTER TABLE tickets DROP COLUMN look;
CREATE INDEX tickets_look_at ON tickets (partition, look_at) WHERE look_at IS NOT NULL;

-- `marked`: tickets up to this one are marked for a look on that basis; null: all are.
ALTER TABLE fitted ADD COLUMN marked uuid;
