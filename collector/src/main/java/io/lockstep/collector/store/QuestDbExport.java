package io.lockstep.collector.store;

import io.questdb.cairo.CairoEngine;
import io.questdb.cairo.ColumnType;
import io.questdb.cairo.security.AllowAllSecurityContext;
import io.questdb.cairo.sql.Record;
import io.questdb.cairo.sql.RecordCursor;
import io.questdb.cairo.sql.RecordCursorFactory;
import io.questdb.cairo.sql.RecordMetadata;
import io.questdb.griffin.SqlException;
import io.questdb.griffin.SqlExecutionContextImpl;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// In the child process: answers questions in SQL as bytes, for answers of hundreds of millions of
/// values. As text they take twenty times the processor time on either side.
///
/// It listens on loopback; who asks sends the password of the folder first. A question is two
/// texts, password and SQL, as [java.io.DataOutputStream#writeUTF] writes them. The answer is a
/// sequence of records, each a byte of its kind: [#COLUMNS], [#SYMBOL], [#ROW], and at the end
/// [#END] or [#FAILED]. Of columns there are symbols, whole and floating-point numbers of 4 and 8
/// bytes, and times. One question at a time; a connection is closed after its answer.
final class QuestDbExport {
  /// Number of columns (2 bytes); of each the type, as QuestDB numbers it (2).
  static final byte COLUMNS = 1;

  /// Column (2 bytes), the symbol's number in it (4), its text: length (4) and UTF-8.
  static final byte SYMBOL = 2;

  /// The value of each column: a symbol's number, or the number itself.
  static final byte ROW = 3;

  /// No row follows; how many there were (8).
  static final byte END = 4;

  /// What was wrong: length (4) and UTF-8.
  static final byte FAILED = 5;

  private static final Set<Short> KINDS =
      Set.of(
          ColumnType.SYMBOL,
          ColumnType.INT,
          ColumnType.FLOAT,
          ColumnType.LONG,
          ColumnType.DOUBLE,
          ColumnType.TIMESTAMP);

  private static final int BUFFER = 1 << 20;

  /// More than a row or a symbol can take.
  private static final int MARGIN = 64 << 10;

  private final CairoEngine engine;
  private final String password;

  private QuestDbExport(CairoEngine engine, String password) {
    this.engine = engine;
    this.password = password;
  }

  /// Begins to answer, on a thread of its own.
  ///
  /// @param folder the data folder, where the password stands
  /// @return the port
  static int start(CairoEngine engine, Path folder) throws IOException {
    String password = Files.readString(folder.resolve("password")).strip();
    var server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    var export = new QuestDbExport(engine, password);
    Thread.ofPlatform().daemon().name("export").start(() -> export.serve(server));
    return server.socket().getLocalPort();
  }

  private void serve(ServerSocketChannel server) {
    while (server.isOpen()) {
      try (SocketChannel asking = server.accept()) {
        asking.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
        asking.socket().setSoTimeout(5_000);
        answer(asking);
      } catch (IOException | RuntimeException e) {
        System.out.println("lockstep: a question was not answered: " + e);
      }
    }
  }

  private void answer(SocketChannel asking) throws IOException {
    var question = new DataInputStream(Channels.newInputStream(asking));
    byte[] told = question.readUTF().getBytes(StandardCharsets.UTF_8);
    String sql = question.readUTF();
    var answer = new Answer(asking);
    if (!MessageDigest.isEqual(told, password.getBytes(StandardCharsets.UTF_8))) {
      answer.failed("the password is not right");
      return;
    }
    var context =
        new SqlExecutionContextImpl(engine, 1).with(AllowAllSecurityContext.INSTANCE, null);
    try (RecordCursorFactory factory = engine.select(sql, context);
        RecordCursor cursor = factory.getCursor(context)) {
      answer.rows(factory.getMetadata(), cursor);
    } catch (SqlException | RuntimeException e) {
      answer.failed(String.valueOf(e.getMessage()));
    }
  }

  /// What is sent.
  private static final class Answer {
    private final SocketChannel to;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

    Answer(SocketChannel to) {
      this.to = to;
    }

    void rows(RecordMetadata metadata, RecordCursor cursor) throws IOException {
      int columns = metadata.getColumnCount();
      var types = new short[columns];
      for (int column = 0; column < columns; column++) {
        types[column] = ColumnType.tagOf(metadata.getColumnType(column));
        if (!KINDS.contains(types[column])) {
          throw new IllegalArgumentException(
              "column " + metadata.getColumnName(column) + " is neither symbol, number nor time");
        }
      }
      buffer.put(COLUMNS).putShort((short) columns);
      for (short type : types) {
        buffer.putShort(type);
      }
      var known = new BitSet[columns];
      Record row = cursor.getRecord();
      long count = 0;
      while (cursor.hasNext()) {
        symbols(cursor, row, types, known);
        row(row, types);
        count++;
      }
      room();
      buffer.put(END).putLong(count);
      flush();
    }

    private void symbols(RecordCursor cursor, Record row, short[] types, @Nullable BitSet[] known)
        throws IOException {
      for (int column = 0; column < types.length; column++) {
        if (types[column] != ColumnType.SYMBOL) {
          continue;
        }
        BitSet sent = known[column];
        if (sent == null) {
          sent = new BitSet();
          known[column] = sent;
        }
        int key = row.getInt(column);
        if (key >= 0 && !sent.get(key)) {
          sent.set(key);
          String text = String.valueOf(cursor.getSymbolTable(column).valueOf(key));
          room();
          buffer.put(SYMBOL).putShort((short) column).putInt(key);
          text(text);
        }
      }
    }

    private void row(Record row, short[] types) throws IOException {
      room();
      buffer.put(ROW);
      for (int column = 0; column < types.length; column++) {
        switch (types[column]) {
          case ColumnType.SYMBOL, ColumnType.INT -> buffer.putInt(row.getInt(column));
          case ColumnType.FLOAT -> buffer.putFloat(row.getFloat(column));
          case ColumnType.LONG -> buffer.putLong(row.getLong(column));
          case ColumnType.DOUBLE -> buffer.putDouble(row.getDouble(column));
          case ColumnType.TIMESTAMP -> buffer.putLong(row.getTimestamp(column));
          default -> throw new IllegalStateException("type " + types[column]);
        }
      }
    }

    void failed(String why) throws IOException {
      room();
      buffer.put(FAILED);
      text(why);
      flush();
    }

    private void text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      int length = Math.min(utf8.length, MARGIN / 2);
      buffer.putInt(length).put(utf8, 0, length);
    }

    private void room() throws IOException {
      if (buffer.remaining() < MARGIN) {
        flush();
      }
    }

    private void flush() throws IOException {
      buffer.flip();
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
      buffer.clear();
    }
  }
}
