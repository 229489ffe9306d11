-- Owner: controller.limit. What the fleet, a bundle or a host lets attempts use at most.

CREATE TABLE limit_policies (
  scope      smallint NOT NULL CHECK (scope BETWEEN 1 AND 3),
  -- Name of a bundle, id of a host, empty for the fleet.
  subject    text NOT NULL,
  -- Numbers by the name of their field.
  limits     jsonb NOT NULL CHECK (jsonb_typeof(limits) = 'object'),
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (scope, subject),
  CHECK ((scope = 1) = (subject = ''))
);

-- Of controller.job: which limits an attempt came up against, as its host said; NULL: none.
ALTER TABLE attempts ADD COLUMN limits_hit jsonb;
