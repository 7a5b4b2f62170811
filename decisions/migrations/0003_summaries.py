"""Summaries of the log, and the views that unite them with the rows not yet folded in."""

import django.db.models.deletion
from django.db import migrations, models

# What the outcome of an offer adds to the summaries. Bits of a state: 1 eligible, 2 scored,
# 4 selected; the rest is the stage of a miss. The planner puts the bodies in place of the calls.
MEASURES = """
CREATE FUNCTION decisions_offer_measures(state smallint, rank integer)
RETURNS TABLE (
    eligible integer, scored integer, selected integer, ranked integer, rank_sum bigint,
    rank_1 integer, rank_2 integer, rank_3 integer, rank_4 integer, rank_5 integer,
    rank_6 integer, rank_7 integer, rank_8 integer, rank_9 integer, rank_10 integer
) LANGUAGE sql IMMUTABLE ROWS 1 AS $$
    SELECT state & 1,
           state >> 1 & 1,
           state >> 2 & 1,
           (rank IS NOT NULL)::integer,
           coalesce(rank, 0)::bigint,
           coalesce(rank = 1, false)::integer,
           coalesce(rank = 2, false)::integer,
           coalesce(rank = 3, false)::integer,
           coalesce(rank = 4, false)::integer,
           coalesce(rank = 5, false)::integer,
           coalesce(rank = 6, false)::integer,
           coalesce(rank = 7, false)::integer,
           coalesce(rank = 8, false)::integer,
           coalesce(rank = 9, false)::integer,
           coalesce(rank = 10, false)::integer
$$;
CREATE FUNCTION decisions_consideration_measures(state smallint, culprit integer)
RETURNS TABLE (stage smallint, cause integer, winner integer, considered integer)
LANGUAGE sql IMMUTABLE ROWS 1 AS $$
    SELECT (state >> 3)::smallint,
           CASE WHEN state >> 3 < 3 THEN coalesce(culprit, 0) ELSE 0 END,
           CASE WHEN state >> 3 < 3 THEN 0 ELSE coalesce(culprit, 0) END,
           1
$$;
"""
# What one row of the log adds to each summary, ungrouped: for the unions with the tail below, and
# for folding the log in. The casts to date use the session's time zone, the reporting one.
ROWS = """
CREATE VIEW decisions_interaction_row AS
SELECT row.id AS log_id, row.occurred_at AS log_at, row.customer_id,
       row.occurred_at::date AS day, row.offer_id, row.channel_id,
       1::bigint AS interactions,
       (type.category = 'impression')::integer::bigint AS impressions,
       (type.classification = 'positive')::integer::bigint AS positive,
       (type.classification = 'negative')::integer::bigint AS negative,
       type.is_conversion::integer::bigint AS conversions,
       coalesce(row.value, 0) AS revenue,
       coalesce(row.cost, 0) AS cost
FROM decisions_interaction row
JOIN decisions_outcometype type ON type.id = row.outcome_type_id;

CREATE VIEW decisions_decision_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, decision_flow_id,
       1 AS traces,
       (cardinality(scored_offers) > 0)::integer AS scored,
       (cardinality(scored_offers) > 0 AND degraded_scoring)::integer AS degraded,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NOT DISTINCT FROM 'model_error')::integer
           AS degraded_model_error,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NOT DISTINCT FROM 'timeout')::integer AS degraded_timeout,
       (cardinality(scored_offers) > 0 AND degraded_scoring
        AND degraded_reason IS NULL)::integer AS degraded_unknown
FROM decisions_decisiontrace;

-- Arrays are unnested side by side in a list of columns, which takes half as long as a function in
-- FROM. Comparing with <> lets the planner expect many rows, so that it groups them by hashing.
CREATE VIEW decisions_offer_decision_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, decision_flow_id, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_ranks) AS rank) outcome,
     decisions_offer_measures(state, rank) measure
WHERE state & 1 <> 0;

CREATE VIEW decisions_consideration_row AS
SELECT id AS log_id, created_at AS log_at, customer_id, outcome_offers,
       created_at::date AS day, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_causes) AS culprit) outcome,
     decisions_consideration_measures(state, culprit) measure
WHERE state >> 2 <> 0;

CREATE VIEW decisions_score_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, channel_id, offer_id,
       1 AS scored,
       (score * 1e18)::bigint::numeric AS score_sum,
       (score < 0.1)::integer AS bin_0,
       (score >= 0.1 AND score < 0.2)::integer AS bin_1,
       (score >= 0.2 AND score < 0.3)::integer AS bin_2,
       (score >= 0.3 AND score < 0.4)::integer AS bin_3,
       (score >= 0.4 AND score < 0.5)::integer AS bin_4,
       (score >= 0.5 AND score < 0.6)::integer AS bin_5,
       (score >= 0.6 AND score < 0.7)::integer AS bin_6,
       (score >= 0.7 AND score < 0.8)::integer AS bin_7,
       (score >= 0.8 AND score < 0.9)::integer AS bin_8,
       (score >= 0.9)::integer AS bin_9
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(scored_offers) AS offer_id, unnest(scored_scores) AS score) entry
WHERE score IS NOT NULL;

CREATE VIEW decisions_latency_row AS
SELECT id AS log_id, started_at AS log_at,
       started_at::date AS day, latency_ms, 1 AS runs
FROM decisions_run
WHERE status IN ('completed', 'failed') AND latency_ms IS NOT NULL;

CREATE VIEW decisions_attribution_row AS
SELECT id AS log_id, created_at AS log_at, customer_id,
       created_at::date AS day, model, 1 AS conversions, total_value
FROM decisions_attribution;
"""
# The stored rows, and ungrouped those of the log beyond the mark: the outer query adds up. Types are
# the same in both halves, or conditions would not reach them. The upper bound excludes nothing, but
# with it the planner expects 1 in 200 rows beyond the mark instead of a third: it then takes the
# index on `id`, and neither reads a whole log nor starts workers for a few rows.
UNION = """
CREATE VIEW decisions_{name}_sums AS
SELECT NULL::bigint AS log_id, NULL::timestamptz AS log_at, cell, day, {columns}
FROM decisions_{stored}
UNION ALL
SELECT log_id, log_at, 0, day, {columns}
FROM decisions_{name}_row
WHERE log_id > coalesce((SELECT folded_id FROM decisions_summarymark WHERE summary = '{log}'), 0)
  AND log_id < 9223372036854775807
"""
# What has been folded in must not change behind the summaries' back. The commands that change the log
# and the summaries together say so by the setting, for their transaction alone. Triggers for each
# statement are not passed on to partitions, which get theirs one by one.
APPEND_ONLY = """
CREATE FUNCTION decisions_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('decisions.maintenance', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'the log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'To erase a customer run: python manage.py erase_customer ID. '
                     'To drop old months run: python manage.py drop_partitions --older-than MONTHS.';
END $$;

CREATE FUNCTION decisions_before_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('decisions.drawn_' || TG_ARGV[0], coalesce(
        pg_sequence_last_value(pg_get_serial_sequence(TG_ARGV[0], 'id')::regclass), 0)::text, true);
    RETURN NULL;
END $$;

CREATE FUNCTION decisions_guard_statements(partition regclass, log text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only()', partition);
    EXECUTE format('CREATE TRIGGER decisions_before_insert BEFORE INSERT ON %s '
                   'FOR EACH STATEMENT '
                   'WHEN (current_setting(''decisions.ingesting'', true) IS DISTINCT FROM ''on'') '
                   'EXECUTE FUNCTION decisions_before_insert(%L)', partition, log);
END $$;
"""
GUARD_ROWS = """
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION decisions_append_only();
"""
GUARD_TABLE = """
CREATE TRIGGER decisions_append_only_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION decisions_append_only();
"""
# What ingestion checks and remembers, for rows that others insert, one by one. COPY reads rows in
# numbers only if no trigger fires before each; one after it costs next to nothing where its
# condition does not hold.
OTHER_WRITERS = """
CREATE FUNCTION decisions_folded_id(log text) RETURNS bigint LANGUAGE sql AS $$
    SELECT coalesce(max(folded_id), 0) FROM decisions_summarymark WHERE summary = CASE log
        WHEN 'decisions_interaction' THEN 'interactions'
        WHEN 'decisions_decisiontrace' THEN 'decisions'
        WHEN 'decisions_run' THEN 'runs'
        WHEN 'decisions_attribution' THEN 'attributions'
    END
$$;

-- A row with an id that the summaries are past would never get into them.
CREATE FUNCTION decisions_check_id(log text, id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    folded bigint := decisions_folded_id(log);
BEGIN
    IF id <= folded THEN
        RAISE EXCEPTION 'the sequence of % was set back to %, but rows up to % are in the summaries; run: SELECT setval(''%'', %)',
            log, id, folded, pg_get_serial_sequence(log, 'id'), folded
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END $$;

CREATE FUNCTION decisions_draw_ids(log text, how_many integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ids regclass := pg_get_serial_sequence(log, 'id');
    drawn text;
    first bigint;
BEGIN
    SELECT string_agg(id::text, ' '), min(id) INTO drawn, first
    FROM (SELECT nextval(ids) AS id FROM generate_series(1, how_many)) row;
    PERFORM decisions_check_id(log, first);
    RETURN drawn;
END $$;

-- First noted, then looked for: who deletes an entity locks the notes, so it is gone by now or stays.
CREATE FUNCTION decisions_note_use(catalogue text, noun text, keys integer[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    fresh integer[] := ARRAY(
        SELECT DISTINCT wanted FROM unnest(keys) wanted WHERE NOT EXISTS (
            SELECT FROM decisions_entityuse WHERE entity = catalogue AND key = wanted));
    missing record;
BEGIN
    IF cardinality(fresh) = 0 THEN
        RETURN;
    END IF;
    INSERT INTO decisions_entityuse (entity, key)
    SELECT catalogue, key FROM unnest(fresh) key WHERE key IS NOT NULL;
    EXECUTE format('SELECT wanted FROM unnest($1) wanted '
                   'WHERE NOT EXISTS (SELECT FROM %I WHERE id = wanted) LIMIT 1', catalogue)
    INTO missing USING fresh;
    IF missing IS NOT NULL OR array_position(fresh, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'it refers to a missing %', noun
            USING ERRCODE = 'foreign_key_violation',
                  DETAIL = format('%s has no id %s.', catalogue, missing.wanted),
                  HINT = 'The log refers to the catalogue by the column id; add the entity first.';
    END IF;
END $$;

CREATE FUNCTION decisions_check_row(log text, id bigint, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF moment > clock_timestamp() + interval '5 minutes' THEN
        RAISE EXCEPTION 'its time % lies more than 5 minutes ahead of the clock; an event must have happened', moment
            USING ERRCODE = 'check_violation';
    END IF;
    IF id <= current_setting('decisions.drawn_' || log, true)::bigint
       OR id > pg_sequence_last_value(pg_get_serial_sequence(log, 'id')::regclass) THEN
        RAISE EXCEPTION 'its id % does not come from the sequence of %; leave the column id out', id, log
            USING ERRCODE = 'check_violation';
    END IF;
    PERFORM decisions_check_id(log, id);
END $$;

CREATE FUNCTION decisions_refuse_known(noun text, identity text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the % "%" is known already, or was once: the first row with an id stays', noun, identity
        USING ERRCODE = 'unique_violation',
              HINT = 'Leave the row out. To skip known rows, load the file with: python manage.py ingest PATH';
END $$;

CREATE FUNCTION decisions_interaction_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_interaction', NEW.id, NEW.occurred_at);
    PERFORM decisions_note_use('offers_offer', 'offer', ARRAY[NEW.offer_id]);
    PERFORM decisions_note_use('offers_channel', 'channel', ARRAY[NEW.channel_id]);
    PERFORM decisions_note_use('decisions_outcometype', 'outcome type', ARRAY[NEW.outcome_type_id]);
    PERFORM decisions_note_use('offers_creative', 'creative', array_remove(ARRAY[NEW.creative_id], NULL));
    PERFORM decisions_note_use('decisions_decisionflow', 'decision flow', array_remove(ARRAY[NEW.decision_flow_id], NULL));
    INSERT INTO decisions_interactionkey (row_id, event_id) VALUES (NEW.id, NEW.event_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known('interaction', NEW.event_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION decisions_decisiontrace_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_decisiontrace', NEW.id, NEW.created_at);
    PERFORM decisions_note_use('offers_channel', 'channel', ARRAY[NEW.channel_id]);
    PERFORM decisions_note_use('decisions_decisionflow', 'decision flow', ARRAY[NEW.decision_flow_id]);
    -- What the cause of a miss is depends on the stage.
    PERFORM decisions_note_use('decisions_qualificationrule', 'qualification rule',
        NEW.qualification_rules || decisions_causes(NEW.outcome_states, NEW.outcome_causes, 1));
    PERFORM decisions_note_use('decisions_contactpolicy', 'contact policy',
        NEW.policy_policies || decisions_causes(NEW.outcome_states, NEW.outcome_causes, 2));
    PERFORM decisions_note_use('offers_offer', 'offer',
        NEW.qualification_offers || NEW.policy_offers || NEW.scored_offers || NEW.selected_offers
        || NEW.outcome_offers || decisions_causes(NEW.outcome_states, NEW.outcome_causes, 3));
    INSERT INTO decisions_decisiontracekey (row_id, event_id) VALUES (NEW.id, NEW.event_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known('decision trace', NEW.event_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION decisions_causes(states smallint[], causes integer[], stage integer)
RETURNS integer[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(cause), '{}')
    FROM unnest(states, causes) outcome (state, cause)
    WHERE state >> 3 = stage AND cause IS NOT NULL
$$;

CREATE FUNCTION decisions_run_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_run', NEW.id, NEW.started_at);
    PERFORM decisions_note_use('offers_channel', 'channel', array_remove(ARRAY[NEW.channel_id], NULL));
    PERFORM decisions_note_use('decisions_decisionflow', 'decision flow', ARRAY[NEW.decision_flow_id]);
    INSERT INTO decisions_runkey (row_id, event_id) VALUES (NEW.id, NEW.event_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known('run', NEW.event_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION decisions_attribution_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_attribution', NEW.id, NEW.created_at);
    INSERT INTO decisions_attributionkey (row_id, conversion_id, model)
    VALUES (NEW.id, NEW.conversion_id, NEW.model) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM decisions_refuse_known(NEW.model || ' attribution', NEW.conversion_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION decisions_modelmetric_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_check_row('decisions_modelmetric', NEW.id, NEW.recorded_at);
    PERFORM decisions_note_use('decisions_algorithmmodel', 'model', ARRAY[NEW.model_id]);
    RETURN NULL;
END $$;

-- No log, but what it refers to is used as well, and it goes with its customer.
CREATE FUNCTION decisions_suppression_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM decisions_note_use('decisions_contactpolicy', 'contact policy', ARRAY[NEW.policy_id]);
    PERFORM decisions_note_use('offers_offer', 'offer', array_remove(ARRAY[NEW.offer_id], NULL));
    RETURN NULL;
END $$;
"""
OTHER_WRITER = """
CREATE TRIGGER decisions_inserted AFTER {event} ON {table} FOR EACH ROW
WHEN (current_setting('decisions.ingesting', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION {table}_inserted();
"""
# History would lose its names, or change its meaning. The lock waits for whoever has noted a use and
# not committed yet, and holds up others who want to.
KEEP_USED = """
CREATE FUNCTION decisions_keep_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('decisions.maintenance', true) = 'on' THEN
        RETURN NULL;
    END IF;
    LOCK TABLE decisions_entityuse IN SHARE MODE;
    IF TG_OP = 'TRUNCATE' THEN
        IF EXISTS (SELECT FROM decisions_entityuse WHERE entity = TG_TABLE_NAME) THEN
            RAISE EXCEPTION 'the log uses entities of %: TRUNCATE is refused', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM decisions_entityuse WHERE entity = TG_TABLE_NAME AND key = OLD.id) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% "%" is used by the log: it cannot be deleted', TG_ARGV[0], OLD.external_id
            USING ERRCODE = 'restrict_violation';
    ELSIF (OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id) THEN
        RAISE EXCEPTION '% "%" is used by the log: its id cannot change', TG_ARGV[0], OLD.external_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RAISE EXCEPTION 'outcome type "%" is used by interactions: its classification, category and isConversion cannot change; add a new outcome type', OLD.external_id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER decisions_keep_meaning BEFORE UPDATE ON decisions_outcometype FOR EACH ROW WHEN (
    (OLD.classification, OLD.category, OLD.is_conversion)
    IS DISTINCT FROM (NEW.classification, NEW.category, NEW.is_conversion)
) EXECUTE FUNCTION decisions_keep_used('outcome type');
"""
KEEP_USED_ENTITY = """
CREATE TRIGGER decisions_keep_used BEFORE DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION decisions_keep_used('{noun}');
CREATE TRIGGER decisions_keep_id BEFORE UPDATE ON {table} FOR EACH ROW
WHEN ((OLD.id, OLD.external_id) IS DISTINCT FROM (NEW.id, NEW.external_id))
EXECUTE FUNCTION decisions_keep_used('{noun}');
CREATE TRIGGER decisions_keep_used_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION decisions_keep_used();
"""
# Who may insert into the log need not be allowed to write to what the triggers keep.
AS_OWNER = """
DO $$
DECLARE
    called regprocedure;
BEGIN
    FOR called IN SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema::regnamespace AND prorettype = 'trigger'::regtype
          AND (proname ~ '^decisions_[a-z]+_inserted$' OR proname IN ('decisions_keep_used', 'decisions_before_insert'))
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp', called, current_schema);
    END LOOP;
END $$
"""
PARTITIONED = [
    "decisions_interaction",
    "decisions_decisiontrace",
    "decisions_run",
    "decisions_attribution",
]
LOGS = [*PARTITIONED, "decisions_modelmetric"]
KEPT = [
    *("decisions_interactionkey", "decisions_decisiontracekey", "decisions_runkey"),
    *("decisions_attributionkey", "decisions_entityuse"),
]
USED = {
    "offers_offer": "offer",
    "offers_channel": "channel",
    "offers_creative": "creative",
    "decisions_outcometype": "outcome type",
    "decisions_decisionflow": "decision flow",
    "decisions_qualificationrule": "qualification rule",
    "decisions_contactpolicy": "contact policy",
    "decisions_algorithmmodel": "model",
}
GUARDS = "".join(
    [
        APPEND_ONLY,
        OTHER_WRITERS,
        KEEP_USED,
        *(GUARD_ROWS.format(table=table) for table in [*LOGS, *KEPT]),
        *(GUARD_TABLE.format(table=table) for table in KEPT),
        *(
            f"SELECT decisions_guard_statements('{table}', '{log}');"
            for log in LOGS
            for table in ([log, f"{log}_default"] if log in PARTITIONED else [log])
        ),
        *(OTHER_WRITER.format(table=table, event="INSERT") for table in LOGS),
        OTHER_WRITER.format(table="decisions_suppression", event="INSERT OR UPDATE"),
        *(KEEP_USED_ENTITY.format(table=table, noun=noun) for table, noun in USED.items()),
        AS_OWNER,
    ]
)
# Functions take their triggers with them.
DROP_GUARDS = """
DROP FUNCTION decisions_append_only, decisions_before_insert, decisions_guard_statements,
    decisions_folded_id, decisions_check_id, decisions_draw_ids, decisions_note_use,
    decisions_check_row, decisions_refuse_known, decisions_causes, decisions_interaction_inserted,
    decisions_decisiontrace_inserted, decisions_run_inserted, decisions_attribution_inserted,
    decisions_modelmetric_inserted, decisions_suppression_inserted, decisions_keep_used CASCADE;
"""
RANKS = ", ".join(f"rank_{rank}" for rank in range(1, 11))
BINS = ", ".join(f"bin_{place}" for place in range(10))
UNIONS = {
    "interaction": (
        *("interactionsummary", "interactions", "offer_id, channel_id, "),
        "interactions, impressions, positive, negative, conversions, revenue, cost",
    ),
    "decision": (
        *("decisionsummary", "decisions", "channel_id, decision_flow_id, traces, scored, "),
        "degraded, degraded_model_error, degraded_timeout, degraded_unknown",
    ),
    "offer_decision": (
        *("offerdecisionsummary", "decisions", "offer_id, channel_id, decision_flow_id, "),
        f"eligible, scored, selected, ranked, rank_sum, {RANKS}",
    ),
    "consideration": (
        "considerationsummary",
        "decisions",
        "offer_id, stage, cause, winner, ",
        "considered",
    ),
    "score": ("scoresummary", "decisions", "offer_id, channel_id, ", f"scored, score_sum, {BINS}"),
    "latency": ("latencysummary", "runs", "latency_ms, ", "runs"),
    "attribution": (
        *("attributionsummary", "attributions", "model, "),
        "conversions, total_value",
    ),
}
DROP = """
DROP VIEW decisions_interaction_sums, decisions_decision_sums, decisions_offer_decision_sums,
          decisions_consideration_sums, decisions_score_sums, decisions_latency_sums,
          decisions_attribution_sums;
DROP VIEW decisions_interaction_row, decisions_decision_row, decisions_offer_decision_row,
          decisions_consideration_row, decisions_score_row, decisions_latency_row,
          decisions_attribution_row;
DROP FUNCTION decisions_offer_measures, decisions_consideration_measures;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0002_log"),
        ("offers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttributionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                (
                    "model",
                    models.CharField(
                        choices=[
                            ("last_touch", "Last Touch"),
                            ("first_touch", "First Touch"),
                            ("linear", "Linear"),
                            ("time_decay", "Time Decay"),
                            ("position_based", "Position Based"),
                        ],
                        max_length=14,
                    ),
                ),
                ("conversions", models.IntegerField()),
                ("total_value", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "model",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_attribution_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="DecisionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("traces", models.IntegerField()),
                ("scored", models.IntegerField(help_text="traces with at least one score")),
                ("degraded", models.IntegerField()),
                ("degraded_model_error", models.IntegerField()),
                ("degraded_timeout", models.IntegerField()),
                ("degraded_unknown", models.IntegerField(help_text="without a reason")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "channel",
                        "decision_flow",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_decision_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="InteractionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                (
                    "interactions",
                    models.BigIntegerField(help_text="all of them, whatever the outcome"),
                ),
                ("impressions", models.BigIntegerField()),
                ("positive", models.BigIntegerField()),
                ("negative", models.BigIntegerField()),
                ("conversions", models.BigIntegerField()),
                ("revenue", models.DecimalField(decimal_places=4, max_digits=30)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "channel",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_interaction_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="LatencySums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "latency_ms",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_latency_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ConsiderationSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                (
                    "stage",
                    models.SmallIntegerField(
                        choices=[(1, "qualification"), (2, "contact_policy"), (3, "outranked")]
                    ),
                ),
                (
                    "cause",
                    models.IntegerField(help_text="key of the failed rule or the blocking policy"),
                ),
                ("winner", models.IntegerField(help_text="key of the offer that outranked it")),
                ("considered", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "stage",
                        "cause",
                        "winner",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_consideration_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="OfferDecisionSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                (
                    "eligible",
                    models.IntegerField(help_text="traces in which the offer was eligible"),
                ),
                ("scored", models.IntegerField()),
                ("selected", models.IntegerField()),
                ("ranked", models.IntegerField()),
                ("rank_sum", models.BigIntegerField()),
                ("rank_1", models.IntegerField()),
                ("rank_2", models.IntegerField()),
                ("rank_3", models.IntegerField()),
                ("rank_4", models.IntegerField()),
                ("rank_5", models.IntegerField()),
                ("rank_6", models.IntegerField()),
                ("rank_7", models.IntegerField()),
                ("rank_8", models.IntegerField()),
                ("rank_9", models.IntegerField()),
                ("rank_10", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "channel",
                        "decision_flow",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_offer_decision_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="ScoreSums",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("log_id", models.BigIntegerField(null=True)),
                ("log_at", models.DateTimeField(null=True)),
                ("scored", models.IntegerField()),
                (
                    "score_sum",
                    models.DecimalField(
                        decimal_places=0,
                        help_text="in units of 10^-18, so that it is exact",
                        max_digits=40,
                    ),
                ),
                ("bin_0", models.IntegerField()),
                ("bin_1", models.IntegerField()),
                ("bin_2", models.IntegerField()),
                ("bin_3", models.IntegerField()),
                ("bin_4", models.IntegerField()),
                ("bin_5", models.IntegerField()),
                ("bin_6", models.IntegerField()),
                ("bin_7", models.IntegerField()),
                ("bin_8", models.IntegerField()),
                ("bin_9", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "channel",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "db_table": "decisions_score_sums",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="AttributionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                (
                    "model",
                    models.CharField(
                        choices=[
                            ("last_touch", "Last Touch"),
                            ("first_touch", "First Touch"),
                            ("linear", "Linear"),
                            ("time_decay", "Time Decay"),
                            ("position_based", "Position Based"),
                        ],
                        max_length=14,
                    ),
                ),
                ("conversions", models.IntegerField()),
                ("total_value", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "model",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LatencySummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("latency_ms", models.IntegerField()),
                ("runs", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "latency_ms",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SummaryMark",
            fields=[
                ("summary", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("folded_id", models.BigIntegerField(default=0)),
                ("refreshed_at", models.DateTimeField(null=True)),
                (
                    "dropped_before",
                    models.DateTimeField(
                        help_text="older rows of the log are gone, but the summaries know them",
                        null=True,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DecisionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("traces", models.IntegerField()),
                ("scored", models.IntegerField(help_text="traces with at least one score")),
                ("degraded", models.IntegerField()),
                ("degraded_model_error", models.IntegerField()),
                ("degraded_timeout", models.IntegerField()),
                ("degraded_unknown", models.IntegerField(help_text="without a reason")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "channel",
                        "decision_flow",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.channel",
                    ),
                ),
                (
                    "decision_flow",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="decisions.decisionflow",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="InteractionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                (
                    "interactions",
                    models.BigIntegerField(help_text="all of them, whatever the outcome"),
                ),
                ("impressions", models.BigIntegerField()),
                ("positive", models.BigIntegerField()),
                ("negative", models.BigIntegerField()),
                ("conversions", models.BigIntegerField()),
                ("revenue", models.DecimalField(decimal_places=4, max_digits=30)),
                ("cost", models.DecimalField(decimal_places=4, max_digits=30)),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "channel",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.channel",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsiderationSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                (
                    "stage",
                    models.SmallIntegerField(
                        choices=[(1, "qualification"), (2, "contact_policy"), (3, "outranked")]
                    ),
                ),
                (
                    "cause",
                    models.IntegerField(help_text="key of the failed rule or the blocking policy"),
                ),
                ("winner", models.IntegerField(help_text="key of the offer that outranked it")),
                ("considered", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "stage",
                        "cause",
                        "winner",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OfferDecisionSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                (
                    "eligible",
                    models.IntegerField(help_text="traces in which the offer was eligible"),
                ),
                ("scored", models.IntegerField()),
                ("selected", models.IntegerField()),
                ("ranked", models.IntegerField()),
                ("rank_sum", models.BigIntegerField()),
                ("rank_1", models.IntegerField()),
                ("rank_2", models.IntegerField()),
                ("rank_3", models.IntegerField()),
                ("rank_4", models.IntegerField()),
                ("rank_5", models.IntegerField()),
                ("rank_6", models.IntegerField()),
                ("rank_7", models.IntegerField()),
                ("rank_8", models.IntegerField()),
                ("rank_9", models.IntegerField()),
                ("rank_10", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "channel",
                        "decision_flow",
                        "offer",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.channel",
                    ),
                ),
                (
                    "decision_flow",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="decisions.decisionflow",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ScoreSummary",
            fields=[
                ("cell", models.IntegerField(help_text="grain and span of days; 0 is the tail")),
                (
                    "day",
                    models.DateField(help_text="the first of the cell, in the reporting time zone"),
                ),
                ("scored", models.IntegerField()),
                (
                    "score_sum",
                    models.DecimalField(
                        decimal_places=0,
                        help_text="in units of 10^-18, so that it is exact",
                        max_digits=40,
                    ),
                ),
                ("bin_0", models.IntegerField()),
                ("bin_1", models.IntegerField()),
                ("bin_2", models.IntegerField()),
                ("bin_3", models.IntegerField()),
                ("bin_4", models.IntegerField()),
                ("bin_5", models.IntegerField()),
                ("bin_6", models.IntegerField()),
                ("bin_7", models.IntegerField()),
                ("bin_8", models.IntegerField()),
                ("bin_9", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cell",
                        "offer",
                        "channel",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.channel",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunSQL(MEASURES + ROWS, DROP),
        *(
            migrations.RunSQL(
                UNION.format(name=name, stored=stored, log=log, columns=dimensions + measures),
                migrations.RunSQL.noop,
            )
            for name, (stored, log, dimensions, measures) in UNIONS.items()
        ),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
