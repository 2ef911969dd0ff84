/// How many of one line of an order something happened to.
package struct LineQuantity: Sendable, Equatable {
  package var lineID: Identifier<OrderLine>
  package var quantity: Int64

  package init(lineID: Identifier<OrderLine>, quantity: Int64) {
    self.lineID = lineID
    self.quantity = quantity
  }

  static let shape = Shape<LineQuantity>.object { members throws(ContractFault) in
    LineQuantity(lineID: try members.needs("line_id", .id()), quantity: try members.needs("quantity", .whole(in: 0...Limits.quantityMax)))
  }

  func write(into writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("line_id", lineID)
    writer.member("quantity", quantity)
    writer.endObject()
  }
}
