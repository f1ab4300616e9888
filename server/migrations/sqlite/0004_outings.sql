-- Outings: weekly repetition, who is expected, revisions after closing, calendar feeds.

alter table outings add column agent_told boolean;
alter table outings add column series_id blob;

create table series (
  programme_id blob not null references programmes (id),
  id blob not null,
  first_day text not null,
  until_day text not null,
  created_at bigint not null,
  primary key (programme_id, id)
);
create index outings_by_series on outings (programme_id, series_id, day);

create table expected_peers (
  programme_id blob not null,
  outing_id blob not null,
  peer_id blob not null,
  primary key (programme_id, outing_id, peer_id),
  foreign key (programme_id, outing_id) references outings (programme_id, id),
  foreign key (programme_id, peer_id) references peers (programme_id, id)
);

create table expected_staff (
  programme_id blob not null,
  outing_id blob not null,
  account_id blob not null,
  primary key (programme_id, outing_id, account_id),
  foreign key (programme_id, outing_id) references outings (programme_id, id),
  foreign key (programme_id, account_id) references accounts (programme_id, id)
);

create table revisions (
  programme_id blob not null,
  id blob not null,
  outing_id blob not null,
  corrects text not null,
  made_at bigint not null,
  made_by blob not null,
  sealed_reason blob not null,
  primary key (programme_id, id),
  foreign key (programme_id, outing_id) references outings (programme_id, id)
);
create index revisions_by_outing on revisions (programme_id, outing_id, made_at);

create table revision_presences (
  programme_id blob not null,
  revision_id blob not null,
  peer_id blob not null,
  present boolean not null,
  line text not null,
  primary key (programme_id, revision_id, peer_id),
  foreign key (programme_id, revision_id) references revisions (programme_id, id),
  foreign key (programme_id, peer_id) references peers (programme_id, id)
);

create table revision_facts (
  programme_id blob not null,
  fact_id blob not null,
  revision_id blob not null,
  primary key (programme_id, fact_id),
  foreign key (programme_id, fact_id) references facts (programme_id, id),
  foreign key (programme_id, revision_id) references revisions (programme_id, id)
);
create index revision_facts_by_revision on revision_facts (programme_id, revision_id);

create table calendar_feeds (
  programme_id blob not null,
  account_id blob not null,
  round bigint not null,
  token_hash blob unique,
  made_at bigint not null,
  primary key (programme_id, account_id),
  foreign key (programme_id, account_id) references accounts (programme_id, id)
);

create index facts_by_device on facts (programme_id, device_id, seq);
