SELECT id AS log_id, created_at AS log_at, customer_id, outcome_offers,
       created_at::date AS day, offer_id, measure.*
FROM decisions_decisiontrace,
     LATERAL (SELECT unnest(outcome_offers) AS offer_id,
                     unnest(outcome_states) AS state,
                     unnest(outcome_causes) AS culprit) outcome,
     summaries_consideration_measures(state, culprit) measure
WHERE state >> 2 <> 0
