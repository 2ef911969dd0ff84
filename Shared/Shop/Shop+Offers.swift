extension Shop {
  /// An offer document as somebody would write it into a file.
  package struct OfferText: Sendable, Equatable {
    package let id: String
    /// JSON, with a line for each idea.
    package let text: String
  }

  /// The offers of the stories: free shipping on Sunday, 15 % on Pro on Tuesday, a kettle for the first order in June.
  package static let offers: [OfferText] = [
    OfferText(id: "sunday-free-shipping", text: sundayFreeShipping), OfferText(id: "pro-fifteen", text: proFifteen),
    OfferText(id: "welcome-kettle", text: welcomeKettle), OfferText(id: "tea-eighth", text: teaEighth),
    OfferText(id: "five-off-fifty", text: fiveOffFifty),
  ]

  /// The document of the offer called `id`; nil where there is none.
  package static func offer(_ id: String) -> OfferText? { offers.first { $0.id == id } }

  private static let sundayFreeShipping = """
    {
      "schema": "accord.offer/1", "offer_id": "sunday-free-shipping", "version": 1, "significance": "material",
      "campaign_id": "spring", "currency": "USD",
      "title": { "en-US": "From Sunday to Tuesday we pay the shipping", "es-US": "De domingo a martes, el envío lo pagamos nosotros" },
      "also_called": ["free shipping", "the Sunday mail", "no postage"],
      "owner": "marketer/maya", "service_contact": "agent/ines",
      "window": { "starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-13T00:00:00", "time_zone": "America/New_York" },
      "look_back": { "duration": "PT48H", "basis": "placed_at", "claim": "automatic" },
      "in_window": { "applied_by": "checkout", "code": null },
      "honour_for": "PT336H",
      "eligibility": { "customers": "everyone", "anonymous_orders": true, "channels": ["web", "phone"], "countries": ["US"] },
      "targeting": { "audience_id": "newsletter-us", "purpose": "marketing", "channels": ["email"], "locales": ["en-US", "es-US"], "voices": ["warm"] },
      "applies_to": { "include": [{ "kind": "shipping", "methods": ["standard"] }], "exclude": [{ "kind": "category", "ids": ["OVERSIZE"] }] },
      "benefit": { "kind": "free_shipping", "max": { "amount_minor": 1500, "currency": "USD" } },
      "duration": { "kind": "once" },
      "minimum": null,
      "limits": { "per_order": null, "per_customer": { "uses": 5 }, "total": null },
      "stacking": { "group": "shipping", "combines_with": ["price"] },
      "remedy": { "destinations": ["original_tender", "customer_credit"], "claimable_for": "PT2160H",
                  "clawback": { "on_return": true, "waive_below": { "amount_minor": 50, "currency": "USD" } } },
      "add_items": { "until": "shipped", "benefit_on_added_lines": true },
      "note": { "template_id": "applied-already", "replaces_campaign_message": true },
      "budget": { "reserve": { "amount_minor": 400000, "currency": "USD" }, "desk_allowance": { "amount_minor": 50000, "currency": "USD" } },
      "parity_exception": null,
      "promises": [
        { "promise_id": "contacts", "kind": "contacts_per_hour", "quantity": 90, "from": "2026-05-10T08:00:00", "to": "2026-05-13T20:00:00",
          "answer_by": "2026-05-09T17:00:00", "on_drop": "alarm" }
      ],
      "sheets_required": [{ "locale": "en-US", "voice": "warm" }, { "locale": "es-US", "voice": "warm" }],
      "briefing": { "first_hours": 72, "question": { "text": "Somebody paid for standard shipping on Friday at 19:42. What do you say?",
                    "choices": ["The money is on its way back already", "The offer begins on Sunday, so no", "I have to ask somebody"], "correct": 0 } }
    }
    """

  private static let proFifteen = """
    {
      "schema": "accord.offer/1", "offer_id": "pro-fifteen", "version": 1, "significance": "material",
      "campaign_id": "spring-plans", "currency": "USD",
      "title": { "en-US": "Pro for 15 % less, for as long as you keep it" },
      "also_called": ["15 percent", "the Pro discount"],
      "owner": "marketer/maya", "service_contact": "agent/ines",
      "window": { "starts_at": "2026-05-12T09:00:00", "ends_at": "2026-06-01T00:00:00", "time_zone": "America/New_York" },
      "look_back": { "duration": "PT744H", "basis": "charged_at", "claim": "automatic" },
      "in_window": { "applied_by": "checkout", "code": "PRO15" },
      "honour_for": "PT744H",
      "eligibility": { "customers": "everyone", "anonymous_orders": false, "channels": ["web", "phone"], "countries": ["US"],
                       "subscription_changes": ["started", "upgraded", "renewed"] },
      "targeting": { "audience_id": "basic-and-pro-users", "purpose": "marketing", "channels": ["email"], "locales": ["en-US"], "voices": ["plain"] },
      "applies_to": { "include": [{ "kind": "plan", "ids": ["pro-monthly"] }], "exclude": [] },
      "benefit": { "kind": "percent_off", "percent_off": "15" },
      "duration": { "kind": "forever", "funded_periods": 12 },
      "minimum": null,
      "limits": { "per_order": null, "per_customer": { "uses": 1 }, "total": null },
      "stacking": { "group": "price", "combines_with": [] },
      "remedy": { "destinations": ["customer_credit", "original_tender"], "claimable_for": "PT2160H",
                  "clawback": { "on_return": true, "waive_below": null } },
      "add_items": null,
      "note": { "template_id": "applied-to-your-plan", "replaces_campaign_message": true },
      "budget": { "reserve": { "amount_minor": 1500000, "currency": "USD" }, "desk_allowance": { "amount_minor": 100000, "currency": "USD" } },
      "parity_exception": null,
      "promises": [],
      "sheets_required": [{ "locale": "en-US", "voice": "plain" }],
      "briefing": { "first_hours": 72, "question": null }
    }
    """

  private static let welcomeKettle = """
    {
      "schema": "accord.offer/1", "offer_id": "welcome-kettle", "version": 1, "significance": "material",
      "campaign_id": "welcome-2026", "currency": "USD",
      "title": { "en-US": "A kettle for 29.00 with your first order" },
      "also_called": ["the welcome kettle", "WELCOME29"],
      "owner": "marketer/tom", "service_contact": "agent/ines",
      "window": { "starts_at": "2026-06-01T00:00:00", "ends_at": "2026-07-01T00:00:00", "time_zone": "America/New_York" },
      "look_back": { "duration": "PT0H", "basis": "placed_at", "claim": "automatic" },
      "in_window": { "applied_by": "checkout", "code": "WELCOME29" },
      "honour_for": "PT336H",
      "eligibility": { "customers": "new", "new_means": { "no_captured_order_for": "PT8760H" }, "anonymous_orders": false,
                       "channels": ["web"], "countries": ["US"] },
      "targeting": { "audience_id": "prospects", "purpose": "marketing", "channels": ["email"], "locales": ["en-US"], "voices": ["warm"] },
      "applies_to": { "include": [{ "kind": "sku", "ids": ["KETTLE-17"] }], "exclude": [] },
      "benefit": { "kind": "fixed_price", "price": { "amount_minor": 2900, "currency": "USD" }, "per": "unit" },
      "duration": { "kind": "once" },
      "minimum": null,
      "limits": { "per_order": { "units": 1 }, "per_customer": { "uses": 1 }, "total": { "units": 500 } },
      "stacking": { "group": "price", "combines_with": [] },
      "remedy": { "destinations": ["original_tender", "customer_credit"], "claimable_for": "PT2160H",
                  "clawback": { "on_return": true, "waive_below": null } },
      "add_items": null,
      "note": null,
      "budget": { "reserve": { "amount_minor": 0, "currency": "USD" }, "desk_allowance": { "amount_minor": 150000, "currency": "USD" } },
      "parity_exception": { "reason": "welcome_offer", "sentence": "For the first order only; who knows us already pays 32.00 in June's second week.",
                            "approved_by": "supervisor/ruth", "ends_at": "2026-07-01T00:00:00",
                            "match": { "who": "existing", "how": "prompt", "per_customer": { "uses": 1 }, "max": { "amount_minor": 150000, "currency": "USD" } } },
      "promises": [{ "promise_id": "kettles", "kind": "units", "sku": "KETTLE-17", "quantity": 500, "answer_by": "2026-05-28T17:00:00", "on_drop": "pause" }],
      "sheets_required": [{ "locale": "en-US", "voice": "warm" }],
      "briefing": { "first_hours": 72, "question": null }
    }
    """

  private static let teaEighth = """
    {
      "schema": "accord.offer/1", "offer_id": "tea-eighth", "version": 1, "significance": "material",
      "campaign_id": "spring", "currency": "USD",
      "title": { "en-US": "An eighth off tea", "es-US": "Un octavo menos en té" },
      "also_called": ["the tea offer"],
      "owner": "marketer/lena", "service_contact": "agent/milo",
      "window": { "starts_at": "2026-05-10T00:00:00", "ends_at": "2026-05-17T00:00:00", "time_zone": "America/New_York" },
      "look_back": { "duration": "PT48H", "basis": "placed_at", "claim": "automatic" },
      "in_window": { "applied_by": "ledger", "code": null },
      "honour_for": "PT168H",
      "eligibility": { "customers": "everyone", "anonymous_orders": true, "channels": ["web", "phone", "store"], "countries": ["US", "CA"] },
      "targeting": { "audience_id": "newsletter-us", "purpose": "marketing", "channels": ["email"], "locales": ["en-US", "es-US"], "voices": ["warm"] },
      "applies_to": { "include": [{ "kind": "category", "ids": ["TEA"] }], "exclude": [{ "kind": "sku", "ids": ["TEA-MINT"] }] },
      "benefit": { "kind": "percent_off", "percent_off": "12.5" },
      "duration": { "kind": "once" },
      "minimum": { "quantity": 1 },
      "limits": { "per_order": { "amount": { "amount_minor": 400, "currency": "USD" } }, "per_customer": { "uses": 2 }, "total": null },
      "stacking": { "group": "price", "combines_with": [] },
      "remedy": { "destinations": ["original_tender", "customer_credit"], "claimable_for": "PT2160H",
                  "clawback": { "on_return": true, "waive_below": null } },
      "add_items": null,
      "note": { "template_id": "applied-already", "replaces_campaign_message": true },
      "budget": { "reserve": { "amount_minor": 60000, "currency": "USD" }, "desk_allowance": { "amount_minor": 5000, "currency": "USD" } },
      "parity_exception": null, "promises": [], "sheets_required": [{ "locale": "en-US", "voice": "warm" }],
      "briefing": { "first_hours": 72, "question": null }
    }
    """

  private static let fiveOffFifty = """
    {
      "schema": "accord.offer/1", "offer_id": "five-off-fifty", "version": 1, "significance": "material",
      "campaign_id": "last-of-it", "currency": "USD",
      "title": { "en-US": "5.00 off from 50.00 on" },
      "also_called": ["the five dollars"],
      "owner": "marketer/lena", "service_contact": "agent/wendy",
      "window": { "starts_at": "2026-05-11T09:00:00", "ends_at": "2026-05-18T00:00:00", "time_zone": "America/New_York" },
      "look_back": { "duration": "PT72H", "basis": "placed_at", "claim": "automatic" },
      "in_window": { "applied_by": "checkout", "code": "FIVE" },
      "honour_for": "PT168H",
      "eligibility": { "customers": "everyone", "anonymous_orders": false, "channels": ["web"], "countries": ["US"] },
      "targeting": { "audience_id": "newsletter-us", "purpose": "marketing", "channels": ["email"], "locales": ["en-US"], "voices": ["plain"] },
      "applies_to": { "include": [{ "kind": "all" }], "exclude": [{ "kind": "category", "ids": ["GIFTCARDS", "PLANS"] }, { "kind": "brand", "ids": ["Grisom"] }] },
      "benefit": { "kind": "amount_off", "amount": { "amount_minor": 500, "currency": "USD" }, "per": "order" },
      "duration": { "kind": "once" },
      "minimum": { "subtotal": { "amount_minor": 5000, "currency": "USD" } },
      "limits": { "per_order": null, "per_customer": { "uses": 1 }, "total": { "uses": 100 } },
      "stacking": { "group": "price", "combines_with": [] },
      "remedy": { "destinations": ["original_tender", "customer_credit"], "claimable_for": "PT2160H",
                  "clawback": { "on_return": true, "waive_below": null } },
      "add_items": null,
      "note": { "template_id": "applied-already", "replaces_campaign_message": true },
      "budget": { "reserve": { "amount_minor": 1000, "currency": "USD" }, "desk_allowance": { "amount_minor": 0, "currency": "USD" } },
      "parity_exception": null, "promises": [], "sheets_required": [{ "locale": "en-US", "voice": "plain" }],
      "briefing": { "first_hours": 72, "question": null }
    }
    """
}
