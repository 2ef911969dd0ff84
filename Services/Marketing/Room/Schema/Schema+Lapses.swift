import Store

/// What is live is looked at when its exception from parity ends; offers that went live before that was so wait for nothing.
extension Schema {
  static let lapses = Migration(
    10, "live offers are looked at once more",
    """
    INSERT INTO due (at, kind, subject, once, payload)
    SELECT 0, 'gate_look', offer_id || '@' || version, offer_id || '@' || version, x'' FROM offer_version
    WHERE state IN ('live', 'paused') AND NOT historical
    ON CONFLICT DO NOTHING;
    """)
}
