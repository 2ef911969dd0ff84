/// The limits of the words, each with its reason.
package enum Limits {
  /// Long enough for a URL-like id, short enough for an index and a log line.
  package static let identifierBytesMax = 128
  /// Deeper JSON than any contract has; bounds the scanner's stack (RFC 8259 9 lets a parser set one).
  package static let jsonDepthMax = 64
  /// Channels, methods, jurisdictions: they become parts of account names and labels of metrics.
  package static let wordBytesMax = 64
  /// Free text in facts, such as a category or a file's name: as long as a file's name may be.
  package static let textBytesMax = 255
  /// An envelope's attribute: a URL fits; what is longer belongs into the data.
  package static let attributeBytesMax = 2_048
  /// CloudEvents 1.0 asks for names of at most 20 characters.
  package static let attributeNameBytesMax = 20

  /// More lines than any basket of the published data sets has, few enough that an order stays far below a message of 1 MiB.
  package static let orderLinesMax = 1_000
  package static let orderChargesMax = 50
  package static let orderTendersMax = 20
  package static let orderDiscountsMax = 1_000
  package static let lineCategoriesMax = 16
  package static let taxesMax = 16
  /// Litres and grams are counted too.
  package static let quantityMax: Int64 = 1_000_000_000
  /// Two identifiers or three and what parts them: an offer, a subscription and a period.
  package static let remedyKeyBytesMax = 3 * identifierBytesMax + 2
  /// An offer's whole document, or a policy's: it may name tens of thousands of products one by one, and stays below a message of 1 MiB.
  package static let documentBytesMax = 786_432
  /// What differs between two versions of a document.
  package static let changedMax = 256
  /// One row for each check, with room for those to come.
  package static let gateRowsMax = 32
  /// Reasons, currencies: more than there are of either.
  package static let tallyMax = 256
  package static let contactsMax = 16
  /// Goods in one fact: it stays far below a message of 1 MiB however long their names are.
  package static let productsMax = 200
  /// Members in one fact, with their times: about a hundred kilobytes where all ids are as long as they may be.
  package static let membersMax = 400
  /// People who came onto a list, in one fact: about as many bytes, their ids alone.
  package static let listedMax = 1_000
  /// Everybody who works here, in one fact: below a message of 1 MiB where all ids are as long as they may be.
  package static let staffMax = 4_000
  /// One sentence for people.
  package static let sentenceBytesMax = 1_000
  /// What an agent says of an offer: two pages.
  package static let wordsBytesMax = 8_192
  /// Words to use, or to avoid, on one sheet.
  package static let phrasesMax = 64
  /// Languages of one person.
  package static let localesMax = 16
  /// Channels of one shift.
  package static let channelsMax = 16
  /// People under one roof.
  package static let householdMax = 32
  /// Tokens that one colleague has at a time: each device, and one to change to.
  package static let tokensMax = 8
  /// Cases that are one matter.
  package static let linkedCasesMax = 32
  /// Messages that show a disconnect; more would be a list, not evidence.
  package static let evidenceMax = 32
  /// Ten thousand of the largest amounts still add up within Int64.
  package static let amountMax: Int64 = 900_000_000_000_000
}
