package io.lockstep.collector.store;

import java.nio.file.Path;
import java.time.InstantSource;

/// A process that supervises a QuestDB and does nothing else, to be killed by a test. Says the
/// child's process id.
final class StoreParent {
  private StoreParent() {}

  public static void main(String[] args) throws Exception {
    var server =
        new QuestDbServer(
            QuestDbServer.Config.DEFAULT,
            ReadAccess.DEFAULT,
            Path.of(args[0]),
            QuestDbServer.ownClassPath(),
            InstantSource.system());
    server.start();
    server.firstReady().toCompletableFuture().join();
    System.out.println("child " + server.pid());
    Thread.sleep(Long.MAX_VALUE);
  }
}
