-- The ledger: what became of each line and each list, as acts of persons. Rows of these tables are
-- inserted and never changed; `allowances.state` says where the events of a line have led it.

-- What a list's files are made from: names and settings as they were when it was issued, sealed.
alter table allowance_lists add column sealed bytea;

-- One act of one person: what, when, who, and their words. The id comes with the form or request.
create table ledger_acts (
  programme_id uuid not null references programmes (id),
  id uuid not null,
  what text not null,
  list_id uuid,
  at bigint not null,
  by_role text not null,
  by_id uuid not null,
  sealed_words bytea,
  primary key (programme_id, id)
);
create index ledger_acts_by_list on ledger_acts (programme_id, list_id, at);

-- What an act did to one line; `list_id` is the list the line was on.
create table ledger_events (
  programme_id uuid not null,
  line_id uuid not null,
  rank bigint not null,
  act_id uuid not null,
  what text not null,
  list_id uuid,
  primary key (programme_id, line_id, rank),
  foreign key (programme_id, line_id) references allowances (programme_id, id),
  foreign key (programme_id, act_id) references ledger_acts (programme_id, id)
);
create index ledger_events_by_act on ledger_events (programme_id, act_id);
create index ledger_events_by_list on ledger_events (programme_id, list_id, what);

-- The lines a list was issued with, whatever becomes of them.
create table list_lines (
  programme_id uuid not null,
  list_id uuid not null,
  line_id uuid not null,
  rank bigint not null,
  primary key (programme_id, list_id, line_id),
  unique (programme_id, list_id, rank),
  foreign key (programme_id, list_id) references allowance_lists (programme_id, id),
  foreign key (programme_id, line_id) references allowances (programme_id, id)
);
create index list_lines_by_line on list_lines (programme_id, line_id);

-- What a list has behind it, each once: files, sent, acknowledged, payment_files.
create table list_marks (
  programme_id uuid not null,
  list_id uuid not null,
  what text not null,
  at bigint not null,
  primary key (programme_id, list_id, what),
  foreign key (programme_id, list_id) references allowance_lists (programme_id, id)
);

-- How an act paid the lines it paid.
create table payments (
  programme_id uuid not null,
  act_id uuid not null,
  decision text,
  mode text not null,
  paid_on text not null,
  hand text,
  primary key (programme_id, act_id),
  foreign key (programme_id, act_id) references ledger_acts (programme_id, id)
);

-- Numbers on paper vouchers: one is handed over once.
create table vouchers (
  programme_id uuid not null,
  number text not null,
  line_id uuid not null,
  act_id uuid not null,
  primary key (programme_id, number),
  foreign key (programme_id, line_id) references allowances (programme_id, id),
  foreign key (programme_id, act_id) references payments (programme_id, act_id)
);
create index vouchers_by_line on vouchers (programme_id, line_id);

-- How an act knows that the lines it marked reached the person; names of witnesses are its words.
create table receipts (
  programme_id uuid not null,
  act_id uuid not null,
  how text not null,
  primary key (programme_id, act_id),
  foreign key (programme_id, act_id) references ledger_acts (programme_id, id)
);

create table statement_counters (
  programme_id uuid not null references programmes (id),
  year bigint not null,
  last_rank bigint not null,
  primary key (programme_id, year)
);

-- « État de paiement »: the second numbered document of a list.
create table payment_statements (
  programme_id uuid not null,
  id uuid not null,
  list_id uuid not null,
  year bigint not null,
  rank bigint not null,
  issued_on text not null,
  issued_at bigint not null,
  issued_by uuid not null,
  lines bigint not null,
  total_cents bigint not null,
  returned bigint not null,
  sealed bytea not null,
  primary key (programme_id, id),
  unique (programme_id, list_id),
  unique (programme_id, year, rank),
  foreign key (programme_id, list_id) references allowance_lists (programme_id, id)
);

-- The advance of a day (« régie d'avances »): received, and what was brought back. What was paid
-- follows from payments.
create table advances (
  programme_id uuid not null,
  id uuid not null,
  outing_id uuid not null,
  what text not null,
  amount_cents bigint not null,
  at bigint not null,
  by_id uuid not null,
  primary key (programme_id, id),
  foreign key (programme_id, outing_id) references outings (programme_id, id)
);
create index advances_by_outing on advances (programme_id, outing_id);

-- Lists that were there before: their files are made, and issuing them was an act.
insert into list_marks (programme_id, list_id, what, at)
  select programme_id, id, 'files', issued_at from allowance_lists;
insert into ledger_acts (programme_id, id, what, list_id, at, by_role, by_id)
  select programme_id, id, 'issue', id, issued_at, 'coordinator', issued_by from allowance_lists;
insert into list_lines (programme_id, list_id, line_id, rank)
  select programme_id, list_id, id,
    row_number() over (partition by programme_id, list_id order by outing_day, id)
  from allowances where list_id is not null;
insert into ledger_events (programme_id, line_id, rank, act_id, what, list_id)
  select programme_id, id, 1, list_id, 'listed', list_id
  from allowances where list_id is not null;
