/** The tables of the shop. Days are `2026-11-23`, times `2026-11-23T09:30`, as the clock on its wall shows them. */
export const SCHEMA = `
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  born_on TEXT NOT NULL,
  phone TEXT NOT NULL
) STRICT;
CREATE INDEX customers_by_phone ON customers (phone);
CREATE INDEX customers_by_birth ON customers (born_on);

-- Where an order stands follows from its days: nobody has to touch a row for glasses to become ready.
CREATE TABLE orders (
  number INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers,
  item TEXT NOT NULL,
  ordered_on TEXT NOT NULL,
  ready_on TEXT NOT NULL,
  collected_on TEXT,
  cancelled_on TEXT
) STRICT;

-- A caller we do not know may book too: then there is a phone number, but no customer.
CREATE TABLE appointments (
  id INTEGER PRIMARY KEY,
  practitioner TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  customer_id INTEGER REFERENCES customers,
  phone TEXT NOT NULL,
  name TEXT,
  state TEXT NOT NULL CHECK (state IN ('booked', 'cancelled')),
  booked_by_call TEXT
) STRICT;
-- These two, and no code, are what makes a double booking impossible.
CREATE UNIQUE INDEX one_test_at_a_time ON appointments (practitioner, starts_at) WHERE state = 'booked';
CREATE UNIQUE INDEX in_one_place_at_a_time ON appointments (customer_id, starts_at) WHERE state = 'booked';
CREATE INDEX appointments_by_time ON appointments (starts_at);

-- What a caller has shown to know on a call, and how often it did not fit.
CREATE TABLE proofs (
  call_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  customer_id INTEGER NOT NULL REFERENCES customers,
  PRIMARY KEY (call_id, kind, customer_id)
) STRICT;
CREATE TABLE wrong_tries (call_id TEXT PRIMARY KEY, tries INTEGER NOT NULL) STRICT;

-- The answer that was given to each change, by its key: asked again, it is given again.
CREATE TABLE changes (key TEXT PRIMARY KEY, answer TEXT NOT NULL) STRICT;
`;

/** Grows with the tables, so that a database of another age is noticed. */
export const SCHEMA_VERSION = 1;
