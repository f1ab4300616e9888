-- Visits: what was recorded about each site, kept so that maps, lists and suggestions need not read
-- every fact again.

-- Follows from facts, plans, closings, decisions and merges, and from nothing else: whoever changes
-- one of those works it out again for the sites concerned, before the same transaction ends. `turn`
-- grows with every such change, so that a reader finds what is new since the last time.
create table site_visits (
  programme_id uuid not null,
  site_id uuid not null,
  planned boolean not null,
  done_at bigint,
  seen_at bigint,
  stands boolean not null,
  turn bigint not null,
  primary key (programme_id, site_id),
  foreign key (programme_id, site_id) references sites (programme_id, id)
);
create index site_visits_by_turn on site_visits (programme_id, turn);

-- The last turn taken. Its row is held until the transaction ends: turns are in the order of commits.
create table site_turns (
  programme_id uuid primary key references programmes (id),
  last bigint not null
);

create index sites_by_nature on sites (programme_id, nature);
