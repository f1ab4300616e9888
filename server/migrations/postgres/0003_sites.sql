-- Sites: quarters, changes, duplicates merged, proposals and « ici » points decided by a person.

create table quarters (
  programme_id uuid not null references programmes (id),
  id text not null,
  name text not null,
  geometry text not null,
  primary key (programme_id, id)
);

-- `quarter` of a site is the id of one of these, computed from its point.
alter table sites add column pictogram text;
alter table sites add column agent_access text;
alter table sites add column merged_into uuid;
alter table sites add column merged_at bigint;
alter table sites add column version bigint not null default 1;
create index sites_by_place on sites (programme_id, lat, lon);
create index sites_by_version on sites (programme_id, version);
create index sites_by_merged on sites (programme_id, merged_into);

create index facts_by_kind on facts (programme_id, kind, site_id);

create table proposal_decisions (
  programme_id uuid not null,
  fact_id uuid not null,
  decision text not null,
  site_id uuid,
  reason text,
  sealed bytea,
  decided_at bigint not null,
  decided_by uuid not null,
  primary key (programme_id, fact_id),
  foreign key (programme_id, fact_id) references facts (programme_id, id),
  foreign key (programme_id, site_id) references sites (programme_id, id)
);

-- The latest rank of a fact decides; a row is never changed. A point is here in the clear only
-- once a coordinator declared it public.
create table here_decisions (
  programme_id uuid not null,
  fact_id uuid not null,
  rank bigint not null,
  decision text not null,
  site_id uuid,
  lat double precision,
  lon double precision,
  decided_at bigint not null,
  decided_by uuid not null,
  primary key (programme_id, fact_id, rank),
  foreign key (programme_id, fact_id) references facts (programme_id, id),
  foreign key (programme_id, site_id) references sites (programme_id, id)
);
create index here_decisions_by_site on here_decisions (programme_id, site_id);

-- Where a fact happened as it is known now: as recorded, or as a coordinator decided, and at the
-- site that stays when two were merged.
create view fact_sites as
  select f.programme_id, f.id as fact_id, f.outing_id, f.kind,
    coalesce(s.merged_into, s.id) as site_id
  from facts f
  left join here_decisions d on d.programme_id = f.programme_id and d.fact_id = f.id
    and not exists (
      select 1 from here_decisions later
      where later.programme_id = d.programme_id and later.fact_id = d.fact_id
        and later.rank > d.rank)
  join sites s on s.programme_id = f.programme_id and s.id = coalesce(d.site_id, f.site_id);
