-- The spine: programmes, people, sites, outings, facts, allowances, and what guards them.
-- Ids are made by their makers; every row belongs to one programme and its key begins with it,
-- so that an id of another programme never joins. Instants are epoch milliseconds, days ISO text,
-- money cents. `sealed` columns hold ciphertext only (see access/seal.rs).

create table programmes (
  id blob primary key,
  slug text not null unique,
  is_demo boolean not null,
  settings text not null,
  created_at bigint not null
);

create table accounts (
  programme_id blob not null references programmes (id),
  id blob not null,
  role text not null,
  login text not null unique,
  name text not null,
  password_hash text not null,
  created_at bigint not null,
  primary key (programme_id, id)
);

create table sessions (
  token_hash blob primary key,
  programme_id blob not null,
  account_id blob not null,
  created_at bigint not null,
  expires_at bigint not null,
  foreign key (programme_id, account_id) references accounts (programme_id, id)
);

create table peers (
  programme_id blob not null references programmes (id),
  id blob not null,
  pseudonym text not null,
  sign text not null,
  sealed_identity blob,
  created_at bigint not null,
  primary key (programme_id, id)
);

create table api_tokens (
  token_hash blob primary key,
  programme_id blob not null references programmes (id),
  name text not null,
  role text not null,
  account_id blob,
  peer_id blob,
  created_at bigint not null,
  revoked_at bigint
);

create table data_keys (
  programme_id blob not null references programmes (id),
  scope text not null,
  subject_id blob not null,
  wrapped_under text not null,
  wrapped blob not null,
  created_at bigint not null,
  primary key (programme_id, scope, subject_id)
);

create table journal (
  programme_id blob not null references programmes (id),
  id blob not null,
  at bigint not null,
  actor_role text not null,
  actor_id blob,
  action text not null,
  subjects text not null,
  primary key (programme_id, id)
);
create index journal_by_time on journal (programme_id, at);

create table sites (
  programme_id blob not null references programmes (id),
  id blob not null,
  nature text not null,
  origin text not null,
  title text,
  lat real,
  lon real,
  sealed blob,
  residents_agree boolean,
  quarter text,
  created_at bigint not null,
  primary key (programme_id, id)
);

create table outings (
  programme_id blob not null references programmes (id),
  id blob not null,
  day text not null,
  starts_at text,
  meeting_point text,
  state text not null,
  coordinators_present bigint not null,
  agents_present bigint not null,
  equipment text not null,
  sealed_override blob,
  code_round bigint not null,
  code_mac blob unique,
  code_expires_at bigint,
  opened_at bigint,
  closed_at bigint,
  closed_by blob,
  version bigint not null,
  created_at bigint not null,
  primary key (programme_id, id)
);
create index outings_by_day on outings (programme_id, day, id);

create table outing_sites (
  programme_id blob not null,
  outing_id blob not null,
  site_id blob not null,
  rank bigint not null,
  primary key (programme_id, outing_id, site_id),
  foreign key (programme_id, outing_id) references outings (programme_id, id),
  foreign key (programme_id, site_id) references sites (programme_id, id)
);
create index outing_sites_by_site on outing_sites (programme_id, site_id);

create table crew_phones (
  programme_id blob not null,
  outing_id blob not null,
  device_id blob not null,
  token_hash blob not null unique,
  joined_at bigint not null,
  reads_until bigint not null,
  hands_in_until bigint not null,
  last_seen_at bigint not null,
  whose text,
  revoked_at bigint,
  primary key (programme_id, outing_id, device_id),
  foreign key (programme_id, outing_id) references outings (programme_id, id)
);

create table facts (
  programme_id blob not null references programmes (id),
  id blob not null,
  outing_id blob,
  device_id blob not null,
  seq bigint not null,
  kind text not null,
  recorded_at bigint not null,
  received_at bigint not null,
  sender_role text not null,
  sender_id blob,
  early boolean not null,
  late boolean not null,
  time_to_check boolean not null,
  site_id blob,
  peer_id blob,
  target_id blob,
  item text,
  method text,
  count bigint,
  present boolean,
  data text not null,
  sealed blob,
  content_mac blob not null,
  primary key (programme_id, id),
  foreign key (programme_id, outing_id) references outings (programme_id, id),
  foreign key (programme_id, site_id) references sites (programme_id, id)
);
create index facts_by_outing on facts (programme_id, outing_id, kind);
create index facts_by_site on facts (programme_id, site_id, kind);
create index facts_by_target on facts (programme_id, target_id);

create table quarantine (
  programme_id blob not null references programmes (id),
  content_mac blob not null,
  status text not null,
  reason text not null,
  field text,
  outing_id blob,
  device_id blob,
  sender_role text not null,
  sender_id blob,
  received_at bigint not null,
  sealed blob not null,
  primary key (programme_id, content_mac, status)
);

create table list_counters (
  programme_id blob not null references programmes (id),
  year bigint not null,
  last_rank bigint not null,
  primary key (programme_id, year)
);

create table allowance_lists (
  programme_id blob not null references programmes (id),
  id blob not null,
  year bigint not null,
  rank bigint not null,
  issued_on text not null,
  issued_at bigint not null,
  issued_by blob not null,
  lines bigint not null,
  total_cents bigint not null,
  primary key (programme_id, id),
  unique (programme_id, year, rank)
);

create table list_files (
  programme_id blob not null,
  list_id blob not null,
  name text not null,
  dialect text not null,
  sealed blob not null,
  sha256 blob not null,
  bytes bigint not null,
  primary key (programme_id, list_id, name, dialect),
  foreign key (programme_id, list_id) references allowance_lists (programme_id, id)
);

create table allowances (
  programme_id blob not null references programmes (id),
  id blob not null,
  outing_id blob not null,
  peer_id blob not null,
  entry text not null,
  outing_day text not null,
  amount_cents bigint not null,
  state text not null,
  list_id blob,
  created_at bigint not null,
  primary key (programme_id, id),
  unique (programme_id, outing_id, peer_id, entry),
  foreign key (programme_id, outing_id) references outings (programme_id, id),
  foreign key (programme_id, peer_id) references peers (programme_id, id),
  foreign key (programme_id, list_id) references allowance_lists (programme_id, id)
);
create index allowances_by_state on allowances (programme_id, state);
create index allowances_by_list on allowances (programme_id, list_id);
