/** Makes a value that never changes when it is first asked for: some take long to make, and a start needs none of them. */
export function whenNeeded<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
