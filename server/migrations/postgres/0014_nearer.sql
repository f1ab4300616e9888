-- Maps from near and lists of deeds look at few rows.

-- In which square of the ground a discreet site lies, as a keyed hash (sites/cells.rs). Nothing for
-- public sites; for a discreet one of an earlier version, until it is opened again.
alter table sites add column cell bytea;

-- Few facts take back another: an index of those alone is small, and an engine knows it.
drop index facts_by_target;
create index facts_by_target on facts (programme_id, target_id) where target_id is not null;
