/// What an agent says until there is a sheet, in each language in which an offer can be told.
extension FactsCard {
  /// The holding sentence for a reason such as `stopped`.
  static func holding(_ reason: String, in language: String) -> String {
    let words = holdings[language] ?? holdings["en"] ?? [:]
    return words[reason] ?? words["no_sheet"] ?? ""
  }

  /// By language and reason; each has all of them.
  package static let holdings: [String: [String: String]] = [
    "en": [
      "stopped":
        "We have stopped this offer and are looking at what that means for you. What you were given stays yours. We write to you as soon "
        + "as we know more; until then only what stands here is certain.",
      "over": "This offer is over. Whatever you were given stays yours.",
      "not_begun": "This offer has not begun. We tell you gladly what is planned, and cannot promise it.",
      "no_sheet": "This is what the offer says. Where that does not answer you, we ask and come back to you.",
    ],
    "de": [
      "stopped":
        "Wir haben dieses Angebot angehalten und sehen nach, was das für Sie bedeutet. Was Sie bekommen haben, bleibt Ihres. Wir schreiben "
        + "Ihnen, sobald wir mehr wissen; bis dahin ist nur sicher, was hier steht.",
      "over": "Dieses Angebot ist vorbei. Was Sie bekommen haben, bleibt Ihres.",
      "not_begun": "Dieses Angebot hat noch nicht begonnen. Wir sagen Ihnen gern, was geplant ist, und können es nicht versprechen.",
      "no_sheet": "Das sagt das Angebot. Wo es Ihre Frage nicht beantwortet, fragen wir nach und melden uns bei Ihnen.",
    ],
    "es": [
      "stopped":
        "Hemos detenido esta oferta y estamos viendo qué significa para usted. Lo que recibió sigue siendo suyo. Le escribimos en cuanto "
        + "sepamos más; hasta entonces solo es seguro lo que está aquí.",
      "over": "Esta oferta ha terminado. Lo que recibió sigue siendo suyo.",
      "not_begun": "Esta oferta aún no ha empezado. Con gusto le contamos lo previsto, y no podemos prometerlo.",
      "no_sheet": "Esto es lo que dice la oferta. Donde no responda a su pregunta, preguntamos y volvemos a contactarle.",
    ],
    "fr": [
      "stopped":
        "Nous avons arrêté cette offre et regardons ce que cela change pour vous. Ce que vous avez reçu reste à vous. Nous vous écrivons "
        + "dès que nous en savons plus ; d’ici là, seul ce qui est écrit ici est certain.",
      "over": "Cette offre est terminée. Ce que vous avez reçu reste à vous.",
      "not_begun": "Cette offre n’a pas commencé. Nous vous disons volontiers ce qui est prévu, sans pouvoir le promettre.",
      "no_sheet": "Voici ce que dit l’offre. Si cela ne répond pas à votre question, nous nous renseignons et revenons vers vous.",
    ],
  ]
}
