// Freezes what the engine and the language share with learner code, so that a job can't change how the engine that judges
// it counts, sorts or compares. Object, Function and the errors stay as they are: freezing their prototypes would break
// plain assignments like `thing.toString = …`, and the engine doesn't lean on what could be changed there.

/** Freezes collections, texts, numbers, promises and JSON, with their prototypes. Can't be taken back. */
export function freezeIntrinsics(): void {
  const classes = [
    ...[Array, Map, Set, WeakMap, WeakSet, String, Number, BigInt, Boolean, Symbol, RegExp, Promise],
    ...[ArrayBuffer, DataView, Float64Array, Float32Array, Int32Array, Uint32Array, Int16Array, Uint16Array],
    ...[Int8Array, Uint8Array, Uint8ClampedArray, BigInt64Array, BigUint64Array],
  ]
  for (const { prototype } of classes) Object.freeze(prototype)
  const iterators = [[].values(), new Map().values(), new Set().values(), ''[Symbol.iterator]()]
  for (const iterator of iterators) Object.freeze(Object.getPrototypeOf(iterator))
  Object.freeze(Object.getPrototypeOf(Uint8Array.prototype))
  for (const shared of [...classes, JSON, Math, Reflect]) Object.freeze(shared)
}
