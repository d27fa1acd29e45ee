package io.lockstep.agent.sample.textfile;

/// A text file says something that the format does not allow, or more than is taken.
final class TextProblem extends Exception {
  private static final long serialVersionUID = 1;

  /// @param line from 1; 0 when it is about the file
  TextProblem(int line, String why) {
    super(line == 0 ? why : "line " + line + ": " + why);
  }
}
