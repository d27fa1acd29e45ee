package io.lockstep.agent.sample.inventory;

/// An item that is not what it should be.
///
/// @param expected as declared or learnt
/// @param found empty when there is none
/// @param level 1 where what is expected was learnt only, 2 where a person has said it
record Difference(String item, String expected, String found, int level) {
  static final int LEARNT = 1;
  static final int SAID = 2;

  /// In one line for people.
  String words() {
    return found.isEmpty()
        ? expected + " expected, there is none"
        : expected + " expected, found " + found;
  }
}
