import Store

/// Numbers that customer service goes by, so that two named people can change them as they change the others.
extension Schema {
  static let care = Migration(
    13, "policies of customer service",
    """
    INSERT INTO policy (name, version, document) VALUES
      ('capacity', 1, '{"per_thousand":20,"look_back_per_thousand":5,"day_percents":[60,25,15],"contacts_per_agent_hour":8,"usable_percent":85}'),
      ('desk', 1, '{"undo":"PT10S","approve_within":"PT2H","at_deadline":"limit","unknown_offer_within":"PT30M"}'),
      ('letters', 1, '{"answer_within":"PT168H"}')
      ON CONFLICT DO NOTHING;
    INSERT INTO due (at, kind, subject, once, payload) VALUES (0, 'policy.publish', 'all', 'all', x'') ON CONFLICT DO NOTHING;
    """)
}
