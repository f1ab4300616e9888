-- Totals that facts keep as they come, so that no page grows slower with history. Every row follows
-- from facts, voids, decisions, presences and closings, and can be made again (outings/totals/kept);
-- only what the city was told once is never made again.

-- What was picked up and who was met on an outing, as known now; how many facts came late, early or
-- with an absurd time. Phones add to parts of their own, so that they do not wait for each other.
-- A place that is no site is the nil id.
create table outing_sums (
  programme_id blob not null,
  outing_id blob not null,
  kind text not null,
  site_id blob not null,
  item text not null,
  method text not null,
  part bigint not null,
  total bigint not null,
  primary key (programme_id, outing_id, kind, site_id, item, method, part)
);
create index outing_sums_by_site on outing_sums (programme_id, site_id, outing_id);

-- What an outing that closed came to: who took part, their minutes together, and the syringes at
-- public places.
create table outing_results (
  programme_id blob not null,
  outing_id blob not null,
  day text not null,
  year bigint not null,
  people bigint not null,
  minutes bigint not null,
  syringes bigint not null,
  primary key (programme_id, outing_id),
  foreign key (programme_id, outing_id) references outings (programme_id, id)
);
create index outing_results_by_day on outing_results (programme_id, day);
create index outing_results_by_syringes on outing_results (programme_id, year, syringes, outing_id);

-- The same by month of their day.
create table month_results (
  programme_id blob not null,
  month text not null,
  outings bigint not null,
  minutes bigint not null,
  primary key (programme_id, month)
);

-- What closed outings did at a place in three months of a year, `2026-4`: how many came there, and
-- the syringes.
create table place_results (
  programme_id blob not null,
  period text not null,
  site_id blob not null,
  outings bigint not null,
  syringes bigint not null,
  primary key (programme_id, period, site_id)
);

-- Syringes of the outings that closed in a month, as known when each closed, by place: every
-- discreet one; the nil id for what may lie anywhere, the last id for all public places together.
create table month_sums (
  programme_id blob not null,
  month text not null,
  place_id blob not null,
  total bigint not null,
  primary key (programme_id, month, place_id)
);

-- The programme's totals that the city was told (domain/totals.rs), by first and last month.
create table told_totals (
  programme_id blob not null,
  first_month text not null,
  last_month text not null,
  total bigint not null,
  primary key (programme_id, last_month)
);

create index outings_by_closing on outings (programme_id, closed_at);
create index outings_by_state on outings (programme_id, state, day, id);
create index quarantine_by_outing on quarantine (programme_id, outing_id);
create index payments_by_day on payments (programme_id, paid_on);
create index ledger_events_contested on ledger_events (programme_id, line_id)
  where what = 'contested';
