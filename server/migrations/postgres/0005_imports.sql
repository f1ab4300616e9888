-- Imports: of an outing of the past, often only the number of peers is known.

alter table outings add column peers_counted bigint;
