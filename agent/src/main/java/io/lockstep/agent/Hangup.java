package io.lockstep.agent;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `SIGHUP`, by which operators and systemd ask for a reload. Java has no supported way to it; the
/// one that it has (`sun.misc.Signal`) is looked up, so that a JDK without it only lacks this.
final class Hangup {
  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /// @param heard run at each signal, on a thread of its own
  static void onSignal(Runnable heard) {
    InvocationHandler call =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                heard.run();
                yield null;
              }
              case "hashCode" -> System.identityHashCode(proxy);
              case "equals" ->
                  System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
              default -> "reload";
            };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(Hangup.class.getClassLoader(), new Class<?>[] {handler}, call);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn("SIGHUP does not reload the configuration: {}", e.toString());
    }
  }
}
