package io.lockstep.simulator;

import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the collector takes what a fleet sends, over all its servers: one log line when that
/// changes and has lasted. Any thread.
final class Talk {
  private static final Logger LOG = LoggerFactory.getLogger(Talk.class);
  private static final long SETTLED_NANOS = 5 * Nanos.SECOND;

  private final ReentrantLock lock = new ReentrantLock();
  private long lastGood = System.nanoTime();
  private long lastBad = lastGood;
  private boolean saidBad;
  private boolean saidRefused;

  void works() {
    lock.lock();
    try {
      lastGood = System.nanoTime();
      if (saidBad && lastGood - lastBad > SETTLED_NANOS) {
        saidBad = false;
        LOG.info("collector takes batches again");
      }
    } finally {
      lock.unlock();
    }
  }

  void fails(String reason) {
    lock.lock();
    try {
      lastBad = System.nanoTime();
      if (!saidBad && lastBad - lastGood > SETTLED_NANOS) {
        saidBad = true;
        LOG.warn("collector does not take batches, they wait reason=\"{}\"", reason);
      }
    } finally {
      lock.unlock();
    }
  }

  void refused(Parcel parcel, String reason) {
    lock.lock();
    try {
      if (!saidRefused) {
        saidRefused = true;
        LOG.warn(
            "collector refuses a batch signal={} batch={} reason=\"{}\"; more are only counted",
            parcel.signal(),
            parcel.id(),
            reason);
      }
    } finally {
      lock.unlock();
    }
  }
}
