import Contracts
import HTTP
import Host

/// The running mesh as the command line sees it: addresses from endpoints.json, a token, one question at a time.
///
/// Whose token it is: the file of `--as` (in a sandbox also somebody's first name), else $ACCORD_TOKEN, else the operator's credential of the data folder.
struct Office {
  let data: String
  let endpoints: JSON
  private var token: String

  /// Finds the mesh that runs on the folder of `arguments`.
  init(_ arguments: Arguments) throws(Complaint) {
    data = try DataPath.of(arguments)
    guard let bytes = try? Files.read("\(data)/endpoints.json"), let found = try? JSON(parsing: bytes) else {
      throw Complaint(
        code: .unavailable, happened: "nothing runs on \(data) (it has no endpoints.json)",
        advice: "`accord up --data \(data)` starts it; --data names another folder")
    }
    endpoints = found
    do {
      if let file = arguments.value("--as") {
        token = try Self.token(file, in: data)
      } else if let given = Configuration.environment["ACCORD_TOKEN"], !given.isEmpty {
        token = given
      } else {
        token = try Credential.read("operator", in: DataFolder.existing(data)).secret
      }
    } catch let complaint as Complaint {
      throw complaint
    } catch {
      throw Complaint(host: error)
    }
  }

  private static func token(_ file: String, in data: String) throws(Complaint) -> String {
    let path = TokenFiles.find(file, in: data)
    do throws(CredentialFault) { return try Credential.read(file: path).secret } catch {
      guard case .absent = error else { throw Complaint(host: error) }
      throw Complaint(
        code: .noInput, happened: "there is no token in \(file)",
        advice:
          "`accord colleague add ID --token-file FILE` writes one, `accord colleague token ID` another; in a sandbox `accord colleague shop` "
          + "gives the built-in shop's people theirs, by their first names")
    }
  }

  /// Asks `program` and gives its answer. Throws where it cannot be reached, or answers with a problem (RFC 9457).
  func ask(
    _ program: String, _ method: Method, _ path: String, headers: [(String, String)] = [], body: JSON? = nil, seconds: Int64 = 30
  ) throws(Complaint) -> JSON {
    try ask(program, method, path, headers: headers, bytes: body?.bytes ?? [], seconds: seconds)
  }

  /// The same with a body that is no single JSON value.
  func ask(
    _ program: String, _ method: Method, _ path: String, headers: [(String, String)] = [], bytes: [UInt8], seconds: Int64 = 30
  ) throws(Complaint) -> JSON {
    let response = try send(program, method, path, headers: headers, body: bytes, seconds: seconds)
    let answer = (try? JSON(parsing: response.body)) ?? .null
    guard (200..<300).contains(response.status) else {
      let sentence = answer["detail"]?.string ?? answer["title"]?.string ?? "\(program) answered \(response.status)"
      throw Complaint(
        code: response.status >= 500 ? .temporary : .refused, happened: "\(program): \(sentence)",
        advice: answer["advice"]?.string ?? "")
    }
    return answer
  }

  /// The like of `ask` for programs that may be away: nil where nobody answers.
  func askIfThere(_ program: String, _ path: String) -> JSON? {
    guard let response = try? send(program, .get, path, headers: [], body: [], seconds: 5), response.status == 200 else { return nil }
    return try? JSON(parsing: response.body)
  }

  /// Whether `program` knows somebody by the token `secret`; nil where nobody answers.
  func letsIn(_ secret: String, at program: String) -> Bool? {
    var asker = self
    asker.token = secret
    guard let response = try? asker.send(program, .get, "/v1/status", headers: [], body: [], seconds: 5) else { return nil }
    return response.status == 200
  }

  /// Where `program` listens.
  func address(of program: String) throws(Complaint) -> Address {
    guard let http = endpoints[program]?["http"], let host = http["host"]?.string, let port = http["port"]?.integer else {
      throw Complaint(code: .unavailable, happened: "\(data)/endpoints.json does not know \(program)", advice: "start the mesh again")
    }
    return Address(host: host, port: UInt16(truncatingIfNeeded: port))
  }

  /// The header that says who asks.
  var authorization: (String, String) { ("Authorization", "Bearer \(token)") }

  private func send(
    _ program: String, _ method: Method, _ path: String, headers: [(String, String)], body: [UInt8], seconds: Int64
  ) throws(Complaint) -> Response {
    let (host, port) = (try address(of: program).host, try address(of: program).port)
    var fields = Headers()
    for (name, value) in [authorization, ("Content-Type", "application/json")] + headers { fields.set(name, value) }
    do throws(HTTPFault) {
      return try HTTPClient.send(
        method, host: host, port: port, path: path, headers: fields, body: body,
        timeout: .seconds(seconds))
    } catch {
      throw Complaint(
        code: .unavailable, happened: "\(program) cannot be reached at \(host):\(port) (\(error))",
        advice: "`accord status --data \(data)` tells who is there")
    }
  }
}

extension String {
  /// Percent-encoded for one path segment or query value (RFC 3986 2.3: everything but the unreserved characters).
  var percentEncoded: String {
    var result = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = Array("0123456789ABCDEF")
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return result
  }
}
