import Contracts
import HTTP
import Host
import MarketingDomain
import Store
import Terms

/// The doors at which people look before they decide: what a stop would do, what a version changes, what a launch would come to.
extension OfferDoors {
  var looking: [Route] {
    [
      Route(.get, "/v1/offers/{id}/stop-preview", "what stopping the offer would undo, and what not; changes nothing") { request, parameters in
        desk.question(request) { snapshot in
          guard let known = try find(parameters["id"], in: snapshot) else { return Self.nobody(parameters["id"]) }
          return try StopPreview.of(known, in: snapshot)
        }
      },
      Route(.get, "/v1/offers/{id}/diff", "what ?to=2 changes of ?from=1, and which of it is material") { request, parameters in
        desk.question(request) { snapshot in
          guard let known = try find(parameters["id"], in: snapshot) else { return Self.nobody(parameters["id"]) }
          return try VersionDiff.of(known, request.query, in: snapshot)
        }
      },
    ]
  }
}
