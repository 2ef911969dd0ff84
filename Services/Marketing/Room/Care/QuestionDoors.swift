import Contracts
import HTTP
import Host
import Store

/// The doors of what customers asked about and nobody knew.
struct QuestionDoors: Sendable {
  let desk: DepartmentDesk

  var routes: [Route] {
    [
      Route(
        .get, "/v1/questions", "what customers asked about and nobody knew; ?answered=yes for those that have an answer",
        query: ["answered": .oneOf(["yes", "no"])]
      ) {
        request, _ in
        desk.question(request) { snapshot in
          let answered = request.query("answered") == "yes"
          let now = desk.clock.now()
          let found = try Questions.list(answered: answered, in: snapshot)
          let overdue = found.filter { $0.isOverdue(at: now) }.count
          let owner = try Questions.owner(in: snapshot)?.text ?? "marketing"
          return .json(
            .object([
              .init("overdue", .integer(Int64(overdue))), .init("owner", .string(owner)),
              .init("questions", .array(found.map { $0.json(at: now) })),
            ]))
        }
      },
      Route(
        .post, "/v1/questions/{id}/answer", "says what it is that a customer asked about",
        members: ["answer": .text, "sentence": .sentence, "offer_id": .id]
      ) { request, parameters in
        desk.command(request) { transaction, occasion in
          try answer(parameters["id"], request, Telling(desk: desk, occasion: occasion), in: transaction)
        }
      },
    ]
  }

  private func answer(
    _ name: String, _ request: Request, _ telling: Telling, in transaction: borrowing Transaction
  ) throws -> DepartmentDesk.Outcome {
    func refused(_ status: Int, _ code: String, _ sentence: String) -> DepartmentDesk.Outcome {
      .refused(status: status, code: code, sentence: sentence)
    }
    guard let id = try? Identifier<Asked>(name), let known = try Questions.find(id, in: transaction) else {
      return refused(404, "no_question", "there is no question \(name); `accord question list` shows what is open")
    }
    let body: JSON
    do { body = try JSON(parsing: request.body) } catch { return refused(400, "body_unreadable", "the body is not JSON: \(error)") }
    guard let answer = body["answer"]?.string.flatMap(QuestionAnswered.Answer.init) else {
      return refused(
        422, "answer", "answer: \(body["answer"]?.text ?? "nothing") is none; say ours, partners, expired or not_ours")
    }
    guard let sentence = body["sentence"]?.string, (1...Limits.sentenceBytesMax).contains(sentence.utf8.count) else {
      return refused(
        422, "sentence", "sentence: the agent needs one to say, of 1 to \(Limits.sentenceBytesMax) characters; write it with --sentence")
    }
    var offer: Identifier<Offer>?
    if let name = body["offer_id"], !name.isNull {
      guard let id = name.string.flatMap({ try? Identifier<Offer>($0) }), try Offers.find(id, in: transaction) != nil else {
        return refused(
          422, "offer_id", "offer_id: there is no offer \(name.string ?? name.text); `accord offer list` shows those that there are")
      }
      offer = id
    }
    if answer == .ours, offer == nil {
      return refused(422, "offer_id", "offer_id: an offer of ours has a name; say which it is with --offer")
    }
    if let before = known.answeredBy, let at = known.answeredAt {
      guard known.answer == answer.rawValue, known.sentence == sentence, known.answerOffer == offer?.text else {
        return refused(
          409, "answered", "\(before) answered it at \(at) (\(known.answer ?? "?"): \(known.sentence ?? "?")); nothing was changed")
      }
      return .done(status: 200, .object([.init("outcome", "exists"), .init("question", known.json(at: telling.now))]))
    }
    let message = try telling.tell(
      .questionAnswered(
        QuestionAnswered(
          caseID: known.caseID, askedID: id, answer: answer, offerID: offer, sentence: sentence, by: telling.by, at: telling.now)),
      in: transaction)
    guard let now = try Questions.find(id, in: transaction) else { preconditionFailure("a question that was just answered is there") }
    return .done(
      status: 200,
      .object([
        .init("outcome", "answered"), .init("message_id", .string(message.text)), .init("question", now.json(at: telling.now)),
      ]))
  }
}
