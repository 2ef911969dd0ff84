/// The envelope in the CloudEvents JSON format, structured mode.
extension Envelope {
  /// The event as one JSON object: attributes in a fixed order, extensions as they came, data last and spliced in as it is.
  package var bytes: [UInt8] {
    var writer = JSONWriter(reserving: data.count + 512)
    write(into: &writer)
    return writer.bytes
  }

  package func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", id)
    writer.member("source", source)
    writer.member("specversion", "1.0")
    writer.member("type", type)
    writer.member("subject", ifPresent: subject)
    writer.member("time", time)
    writer.member("datacontenttype", ifPresent: dataContentType)
    writer.member("dataschema", ifPresent: dataSchema)
    writer.member("recordedtime", recordedTime)
    writer.member("correlationid", ifPresent: correlationID)
    writer.member("causationid", ifPresent: causationID)
    writer.member("partitionkey", partitionKey)
    writer.member("authtype", ifPresent: authType)
    writer.member("authid", ifPresent: authID)
    writer.member("ruleversion", ifPresent: ruleVersion)
    writer.member("traceparent", ifPresent: traceParent)
    for attribute in extensions {
      writer.name(escaping: attribute.name)
      writer.value(attribute.value)
    }
    if dataIsBinary {
      writer.member("data_base64", Base64.encode(data))
    } else if !data.isEmpty {
      writer.name("data")
      writer.raw(data)
    }
    writer.endObject()
  }

  package init(decoding bytes: [UInt8]) throws(ContractFault) {
    let outcome = bytes.withUnsafeBytes { buffer in Result { () throws(ContractFault) in try Envelope(decoding: buffer) } }
    self = try outcome.get()
  }

  /// Reads one event; nothing but white space may stand around it.
  ///
  /// An attribute that is null is unset. Where others send less than Accord does: `partitionkey` is taken from the subject, else from
  /// the id, and of `time` and `recordedtime` one stands in for the other. Names that stand twice or are written with escapes are
  /// refused at this level, because two readers could take them for two events.
  package init(decoding bytes: UnsafeRawBufferPointer) throws(ContractFault) {
    do {
      var reader = JSONReader(bytes)
      self = try Self.read(&reader)
      try reader.end()
    } catch {
      throw ContractFault(error, in: bytes)
    }
  }

  private static func read(_ reader: inout JSONReader) throws(JSONFault) -> Envelope {
    var found = Attributes()
    let start = try reader.start()
    try reader.beginObject()
    while let name = try reader.nextName() {
      guard !name.escaped else { throw JSONFault(.rule(.escapedName(name.description)), at: reader.offset) }
      switch name {
      case "id": found.id = try reader.null() ? nil : reader.identifier()
      case "source": found.source = try reader.null() ? nil : reader.uri(absolute: false)
      case "specversion": found.specVersion = try reader.attribute()
      case "type": found.type = try reader.attribute()
      case "subject": found.subject = try reader.attribute()
      case "time": found.time = try reader.null() ? nil : reader.timestamp()
      case "datacontenttype": found.dataContentType = try reader.attribute()
      case "dataschema": found.dataSchema = try reader.null() ? nil : reader.uri(absolute: true)
      case "recordedtime": found.recordedTime = try reader.null() ? nil : reader.timestamp()
      case "correlationid": found.correlationID = try reader.attribute()
      case "causationid": found.causationID = try reader.attribute()
      case "partitionkey": found.partitionKey = try reader.attribute()
      case "authtype": found.authType = try reader.attribute()
      case "authid": found.authID = try reader.attribute()
      case "ruleversion": found.ruleVersion = try reader.attribute()
      case "traceparent": found.traceParent = try reader.attribute()
      case "data": found.data = Array(reader.bytes[try reader.raw()])
      case "data_base64": found.binary = try reader.null() ? nil : reader.base64()
      default:
        guard isAttributeName(name.written) else { throw JSONFault(.rule(.attributeName(name.description)), at: reader.offset) }
        let value = try reader.value()
        if !value.isNull { found.extensions.append(JSON.Member(name.description, value)) }
      }
    }
    return try found.envelope(&reader, at: start)
  }

  /// What has been read so far.
  private struct Attributes {
    var id: Identifier<Message>?
    var source, specVersion, type, subject, dataContentType, dataSchema, correlationID, causationID, partitionKey: String?
    var authType, authID, ruleVersion, traceParent: String?
    var time, recordedTime: Timestamp?
    var extensions: [JSON.Member] = []
    var data, binary: [UInt8]?

    func envelope(_ reader: inout JSONReader, at start: Int) throws(JSONFault) -> Envelope {
      let version = try reader.needed(specVersion, "specversion", at: start)
      guard version == "1.0" else { throw JSONFault(.rule(.specVersion(version)), at: start) }
      guard data == nil || binary == nil else { throw JSONFault(.rule(.dataTwice), at: start) }
      let id = try reader.needed(id, "id", at: start)
      return Envelope(
        id: id, source: try reader.needed(source, "source", at: start), type: try reader.needed(type, "type", at: start),
        subject: subject, time: try reader.needed(time ?? recordedTime, "time", at: start),
        recordedTime: try reader.needed(recordedTime ?? time, "recordedtime", at: start), correlationID: correlationID,
        causationID: causationID, partitionKey: partitionKey ?? subject ?? id.text, authType: authType, authID: authID,
        ruleVersion: ruleVersion, dataSchema: dataSchema, traceParent: traceParent, extensions: extensions,
        dataContentType: dataContentType, data: binary ?? data ?? [], dataIsBinary: binary != nil)
    }
  }
}

extension JSONReader {
  /// An attribute's text; nil where it is null.
  fileprivate mutating func attribute() throws(JSONFault) -> String? {
    let start = try start()
    guard try !null() else { return nil }
    let text = try string()
    guard !text.isEmpty else { throw JSONFault(.rule(.empty), at: start) }
    guard text.utf8.count <= Limits.attributeBytesMax else {
      throw JSONFault(.rule(.tooLong(bytes: text.utf8.count, max: Limits.attributeBytesMax)), at: start)
    }
    return text
  }

  fileprivate mutating func uri(absolute: Bool) throws(JSONFault) -> String {
    let start = try start()
    guard let text = try attribute() else { throw JSONFault(.notA(.string), at: start) }
    guard URIReference.isValid(text.utf8, absolute: absolute) else { throw JSONFault(.rule(.notAURI(text)), at: start) }
    return text
  }

  fileprivate mutating func base64() throws(JSONFault) -> [UInt8] {
    let start = try start()
    guard let bytes = Base64.decode(try string()) else { throw JSONFault(.rule(.notBase64), at: start) }
    return bytes
  }
}
