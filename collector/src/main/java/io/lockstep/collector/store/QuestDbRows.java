package io.lockstep.collector.store;

import io.questdb.cairo.ColumnType;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The answer of the supervised QuestDB to one question, row by row, as [QuestDbExport] sends it:
/// some 5 million rows of GPUs in a second's processor time. For one thread; null of QuestDB's is
/// NaN in floating-point columns, and the least number in others.
public final class QuestDbRows implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final SocketChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).flip();
  private short[] types = {};
  private int[] places = {};
  private @Nullable String[][] symbols = {};
  private int row;
  private int width;
  private long count;

  private QuestDbRows(SocketChannel channel) {
    this.channel = channel;
  }

  /// Asks.
  ///
  /// @param port where the child answers
  /// @param sql of columns that are symbols, numbers or times
  /// @throws IOException when it can't be reached or refuses
  static QuestDbRows ask(int port, String password, String sql) throws IOException {
    var channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
      channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      var question = new DataOutputStream(Channels.newOutputStream(channel));
      question.writeUTF(password);
      question.writeUTF(sql);
      return new QuestDbRows(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Goes on to the next row.
  ///
  /// @return whether there is one
  /// @throws IOException when the answer breaks off, or the question is refused
  public boolean next() throws IOException {
    while (true) {
      need(1);
      byte kind = buffer.get();
      switch (kind) {
        case QuestDbExport.COLUMNS -> columns();
        case QuestDbExport.SYMBOL -> symbol();
        case QuestDbExport.ROW -> {
          need(width);
          row = buffer.position();
          buffer.position(row + width);
          count++;
          return true;
        }
        case QuestDbExport.END -> {
          need(8);
          long sent = buffer.getLong();
          if (sent != count) {
            throw new IOException("QuestDB sent " + sent + " rows, and " + count + " came");
          }
          return false;
        }
        case QuestDbExport.FAILED -> throw new IOException("QuestDB: " + text());
        default -> throw new IOException("QuestDB's answer can't be read: record " + kind);
      }
    }
  }

  private void columns() throws IOException {
    need(2);
    int columns = buffer.getShort();
    need(2 * columns);
    types = new short[columns];
    places = new int[columns];
    symbols = new String[columns][0];
    width = 0;
    for (int column = 0; column < columns; column++) {
      types[column] = buffer.getShort();
      places[column] = width;
      width +=
          switch (types[column]) {
            case ColumnType.SYMBOL, ColumnType.INT, ColumnType.FLOAT -> 4;
            default -> 8;
          };
    }
  }

  private void symbol() throws IOException {
    need(6);
    int column = buffer.getShort();
    int key = buffer.getInt();
    String text = text();
    @Nullable String[] known = symbols[column];
    if (key >= known.length) {
      known = Arrays.copyOf(known, Math.max(key + 1, 2 * known.length));
      symbols[column] = known;
    }
    known[key] = text;
  }

  private String text() throws IOException {
    need(4);
    int length = buffer.getInt();
    need(length);
    var utf8 = new byte[length];
    buffer.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private void need(int bytes) throws IOException {
    if (buffer.remaining() >= bytes) {
      return;
    }
    buffer.compact();
    while (buffer.position() < bytes) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("QuestDB's answer breaks off");
      }
    }
    buffer.flip();
  }

  /// The number of a symbol in its column's dictionary; below 0 for none.
  public int key(int column) {
    return buffer.getInt(row + places[column]);
  }

  /// The text of a symbol; empty for none.
  public String symbol(int column) {
    int key = key(column);
    String text = key < 0 ? null : symbols[column][key];
    return text == null ? "" : text;
  }

  /// A time, Unix microseconds.
  public long micros(int column) {
    return buffer.getLong(row + places[column]);
  }

  /// Whether the row has a value in the column.
  public boolean has(int column) {
    int at = row + places[column];
    return switch (types[column]) {
      case ColumnType.INT -> buffer.getInt(at) != Integer.MIN_VALUE;
      case ColumnType.FLOAT -> !Float.isNaN(buffer.getFloat(at));
      case ColumnType.DOUBLE -> !Double.isNaN(buffer.getDouble(at));
      case ColumnType.SYMBOL -> buffer.getInt(at) >= 0;
      default -> buffer.getLong(at) != Long.MIN_VALUE;
    };
  }

  /// A number, of a column of any kind of numbers; only where there is one.
  public double number(int column) {
    int at = row + places[column];
    return switch (types[column]) {
      case ColumnType.INT -> buffer.getInt(at);
      case ColumnType.FLOAT -> buffer.getFloat(at);
      case ColumnType.DOUBLE -> buffer.getDouble(at);
      default -> (double) buffer.getLong(at);
    };
  }

  /// A whole number, exact; only where there is one.
  public long whole(int column) {
    int at = row + places[column];
    return types[column] == ColumnType.INT ? buffer.getInt(at) : buffer.getLong(at);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
