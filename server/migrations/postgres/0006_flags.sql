-- Flags of the city: the sites they made, and their pictures.

-- The sighting that made a public site. Such a site stands as long as something speaks of it.
alter table sites add column flag_id uuid;

-- One picture a row, sealed under a key of its own. It may come before the sighting it shows.
create table photos (
  programme_id uuid not null,
  id uuid not null,
  target_id uuid not null,
  sender_id uuid not null,
  received_at bigint not null,
  sealed bytea not null,
  primary key (programme_id, id),
  foreign key (programme_id, id) references facts (programme_id, id)
);
create index photos_by_target on photos (programme_id, target_id);
