// What a row means to the table that a stream of changes makes: it comes, goes, or takes the place of another. Flink's
// RowKind, by its short texts.

/**
 * `+I` insert, `-U` the row before an update, `+U` the row after it, `-D` delete. In a stream of upserts `+U` comes without
 * `-U`, and says nothing about whether the row was there before.
 */
export type RowKind = '+I' | '-U' | '+U' | '-D'
