package io.lockstep.telemetry.otlp;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Lets what is equal be the same object: of thousands of series most have one of some hundred
/// attributes, and all of them a dozen keys. Any thread.
final class Shared {
  /// A power of two. Of those that fall on one place the newest is shared.
  private static final int PLACES = 1024;

  /// The contract's names, of which there are some dozens.
  private static final ConcurrentMap<String, AttributeKey<String>> KEYS = new ConcurrentHashMap<>();

  private static final AtomicReferenceArray<Attributes> NEWEST = new AtomicReferenceArray<>(PLACES);

  private Shared() {}

  /// The key of that name.
  ///
  /// @param name of the contract: it is kept
  static AttributeKey<String> key(String name) {
    AttributeKey<String> known = KEYS.get(name);
    if (known == null) {
      known = AttributeKey.stringKey(name);
      KEYS.put(name, known);
    }
    return known;
  }

  /// The same attributes, as an object that others have as well where there is one.
  static Attributes of(Attributes attributes) {
    int place = (attributes.hashCode() * 0x9E3779B9) >>> 22;
    Attributes newest = NEWEST.get(place);
    if (attributes.equals(newest)) {
      return newest;
    }
    NEWEST.set(place, attributes);
    return attributes;
  }
}
