package io.lockstep.agent.sample.isolated;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// One message between the agent and the process that reads its GPUs: a byte that says its kind,
/// its length, its bytes.
final class Frame {
  /// Rises whenever the meaning of a byte changes: the two are of one build, or do not speak.
  static final int VERSION = 2;

  /// Above what 64 GPUs have to say in a round.
  private static final int BODY_MAX = 8 << 20;

  /// What a message is.
  enum Kind {
    /// To the child, first: how to read.
    CONFIG('c'),
    /// To the child: read once; the time, and which GPUs to leave out.
    ROUND('r'),
    /// From the child: what a round said.
    READING('v'),
    /// From the child, at any time: what GPUs reported of themselves.
    EVENTS('e');

    private final int sign;

    Kind(int sign) {
      this.sign = sign;
    }

    private static Kind of(int sign) throws IOException {
      for (Kind kind : values()) {
        if (kind.sign == sign) {
          return kind;
        }
      }
      throw new IOException("no kind of message: " + sign);
    }
  }

  private final Kind kind;
  private final byte[] body;

  /// @param body not copied: whoever makes it leaves it alone
  Frame(Kind kind, byte[] body) {
    this.kind = kind;
    this.body = body;
  }

  Kind kind() {
    return kind;
  }

  /// Reads what it holds.
  DataInputStream in() {
    return new DataInputStream(new ByteArrayInputStream(body));
  }

  void writeTo(DataOutputStream out) throws IOException {
    out.writeByte(kind.sign);
    out.writeInt(body.length);
    out.write(body);
    out.flush();
  }

  /// The next one; null at the end.
  ///
  /// @throws IOException when what comes is none
  static @Nullable Frame readFrom(DataInputStream in) throws IOException {
    int sign = in.read();
    if (sign < 0) {
      return null;
    }
    Kind kind = Kind.of(sign);
    int length = in.readInt();
    if (length < 0 || length > BODY_MAX) {
      throw new IOException("no message of " + length + " bytes");
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("a message ends early");
    }
    return new Frame(kind, body);
  }
}
