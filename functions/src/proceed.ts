/**
 * Goes on with a value: at once when it is at hand, else when it has come. `await` makes a promise in
 * either case, and the functions framework follows every promise through its domain, for tens of
 * microseconds each: more than all of a signature's verification.
 */
export function proceed<T, R>(
  value: T | Promise<T>,
  next: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}
