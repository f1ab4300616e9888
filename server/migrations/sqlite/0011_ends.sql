-- Traces, keys and ends: the journal as a chain, what the server does once a day, what is over.

-- Where each row of the journal stands in its programme's chain. The journal itself is only ever
-- inserted into: a job links its rows afterwards, so that no request waits for another.
create table journal_links (
  programme_id blob not null,
  month text not null,
  rank bigint not null,
  journal_id blob not null,
  linked_at bigint not null,
  hash blob not null,
  primary key (programme_id, month, rank),
  unique (programme_id, journal_id)
);

-- One month of the chain. It stays when its rows are destroyed, so that the next one still begins
-- where it ended.
create table journal_segments (
  programme_id blob not null references programmes (id),
  month text not null,
  links bigint not null,
  before_hash blob not null,
  head blob not null,
  linked_at bigint not null,
  destroyed_at bigint,
  seal blob not null,
  primary key (programme_id, month)
);

-- The newest month of each chain; whoever links holds this row.
create table journal_chains (
  programme_id blob primary key references programmes (id),
  month text not null,
  seal blob not null
);

-- What the server knows of itself: by which key file this database was sealed.
create table server_marks (
  name text primary key,
  value blob not null
);

-- What is done once a day by whichever server comes first.
create table jobs (
  name text primary key,
  leased_until bigint not null,
  done_day text not null
);

-- A forgotten peer is a number: lines of accounts stay under it.
alter table peers add column erased_at bigint;
alter table peers add column erased_number bigint;

-- A discreet site that is over: what is sealed of it goes some days later.
alter table sites add column closed_at bigint;

-- Requests of authorised third parties, and what was answered.
create table third_party_requests (
  programme_id blob not null references programmes (id),
  id blob not null,
  asked_on text not null,
  answered text not null,
  kept_at bigint not null,
  kept_by blob not null,
  sealed blob not null,
  primary key (programme_id, id)
);
