package io.lockstep.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/// The network between two programs: passes bytes on, both ways, as well or badly as it is told,
/// and tells a witness what got through.
final class ChaosProxy implements AutoCloseable {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int BUFFER = 16 << 10;
  private static final int DELAY_MILLIS = 1_500;

  /// One in so many pieces breaks the connection when it is flaky.
  private static final int BREAKS = 6;

  /// How it passes bytes on.
  enum State {
    WELL,
    /// It refuses connections.
    CUT,
    /// Each piece comes late.
    DELAY,
    /// What is sent gets through, what is answered does not.
    HALF_OPEN,
    /// Connections break in the middle.
    FLAKY
  }

  /// Who looks at what passes on one connection.
  interface Witness {
    /// Bytes that are about to reach the server.
    void sent(byte[] bytes, int length);

    /// Bytes that have reached the client.
    void answered(byte[] bytes, int length);
  }

  /// Makes a witness for each connection.
  interface Witnesses {
    Witness next();
  }

  private final ServerSocket listening;
  private final int target;
  private final Witnesses witnesses;
  private final Random random;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<State> state = new AtomicReference<>(State.WELL);
  private volatile boolean closed;

  /// Begins to listen on a port of loopback.
  ///
  /// @param target a port of loopback, where what comes is passed on to
  ChaosProxy(int target, Witnesses witnesses, long seed) throws IOException {
    this.target = target;
    this.witnesses = witnesses;
    this.random = new Random(seed);
    this.listening = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("proxy").start(this::listen);
  }

  /// One whose traffic nobody looks at.
  static ChaosProxy unwatched(int target, long seed) throws IOException {
    var nobody =
        new Witness() {
          @Override
          public void sent(byte[] bytes, int length) {}

          @Override
          public void answered(byte[] bytes, int length) {}
        };
    return new ChaosProxy(target, () -> nobody, seed);
  }

  int port() {
    return listening.getLocalPort();
  }

  /// Goes on in another way. Connections that can't be told from good ones while it lasts end with
  /// it, as they do when a network comes back that had forgotten them.
  void become(State next) {
    State before = state.getAndSet(next);
    if (next == State.CUT || before == State.HALF_OPEN) {
      breakAll();
    }
  }

  private void breakAll() {
    open.forEach(ChaosProxy::reset);
  }

  /// As a machine that has gone ends a connection: no farewell.
  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException _) {
      // it is gone, as wanted
    }
  }

  private void listen() {
    while (!closed) {
      try {
        Socket client = listening.accept();
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException _) {
        if (!closed) {
          Thread.onSpinWait();
        }
      }
    }
  }

  private void connect(Socket client) {
    var server = new Socket();
    open.add(client);
    open.add(server);
    try {
      if (closed || state.get() == State.CUT) {
        throw new IOException("cut");
      }
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), target);
      server.connect(address, CONNECT_MILLIS);
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Witness witness = witnesses.next();
      Thread answers = Thread.ofVirtual().start(() -> pass(server, client, false, witness));
      pass(client, server, true, witness);
      answers.join();
    } catch (IOException _) {
      // Nobody is there: the client sees its connection end.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      reset(client);
      reset(server);
      open.remove(client);
      open.remove(server);
    }
  }

  private void pass(Socket from, Socket to, boolean request, Witness witness) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!goesThrough(request)) {
          continue;
        }
        if (request) {
          witness.sent(buffer, read); // before it can be answered
        }
        out.write(buffer, 0, read);
        if (!request) {
          witness.answered(buffer, read);
        }
      }
      to.shutdownOutput();
    } catch (IOException _) {
      reset(from);
      reset(to);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits as long as it takes.
  ///
  /// @return false when nobody will ever see it
  /// @throws IOException when the connection breaks here
  private boolean goesThrough(boolean request) throws IOException, InterruptedException {
    switch (state.get()) {
      case WELL -> {}
      case CUT -> throw new IOException("cut");
      case DELAY -> Thread.sleep(random.nextInt(DELAY_MILLIS));
      case HALF_OPEN -> {
        return request;
      }
      case FLAKY -> {
        if (random.nextInt(BREAKS) == 0) {
          throw new IOException("broken");
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
    try {
      listening.close();
    } catch (IOException _) {
      // nobody listens any more, as wanted
    }
    breakAll();
  }
}
