// Private members of learners' classes, which nobody outside the class can read or write: the compiler puts a word into each
// class by which it says here how, so that whoever keeps what an object holds can keep these as well.

/** Reads and writes all private members that one class gives its objects. */
export interface PrivateMembers {
  /** As they're declared, in order. */
  readonly names: readonly string[]
  /** Whether this object has them. */
  readonly isIn: (object: object) => boolean
  readonly read: (object: object) => readonly unknown[]
  readonly write: (object: object, values: readonly unknown[]) => void
}

/** By what objects of the class have as their prototype. */
const BY_PROTOTYPE = new WeakMap<object, PrivateMembers>()

/** Called by a class when it's defined. */
export function givePrivateMembers(prototype: object, members: PrivateMembers): void {
  BY_PROTOTYPE.set(prototype, members)
}

/** Those of all classes that an object is of, its own class first; none for most objects. */
export function privateMembersOf(object: object): readonly PrivateMembers[] {
  const found: PrivateMembers[] = []
  for (let at = Object.getPrototypeOf(object) as object | null; at !== null;) {
    const members = BY_PROTOTYPE.get(at)
    if (members?.isIn(object) === true) found.push(members)
    at = Object.getPrototypeOf(at) as object | null
  }
  return found
}
