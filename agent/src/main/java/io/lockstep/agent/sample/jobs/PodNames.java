package io.lockstep.agent.sample.jobs;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The names of a pod and its container, by the names of their logs, which the kubelet keeps
/// readable for all: `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log` and
/// `/var/log/pods/NAMESPACE_POD_UID` (`pkg/kubelet/kuberuntime` of
/// [Kubernetes](https://github.com/kubernetes/kubernetes)). Names of Kubernetes hold no underscore.
final class PodNames {
  static final String CONTAINER_NAME = "k8s.container.name";

  /// A server runs some hundred pods.
  private static final int LOGS_MAX = 10_000;

  private static final String LOG = ".log";

  private final Path root;

  PodNames(Path root) {
    this.root = root;
  }

  /// Adds what is known of a process that runs in a pod, where it does.
  void addTo(Map<String, String> owner) {
    String uid = owner.get(Cgroup.POD);
    if (uid == null) {
      return;
    }
    String id = owner.get(Cgroup.CONTAINER);
    String log =
        id == null ? null : find("var/log/containers", name -> name.endsWith("-" + id + LOG));
    if (log != null) {
      String[] parts =
          log.substring(0, log.length() - String.valueOf(id).length() - 5).split("_", -1);
      if (parts.length == 3) {
        put(owner, Launch.POD_NAME, parts[0]);
        put(owner, Launch.NAMESPACE, parts[1]);
        put(owner, CONTAINER_NAME, parts[2]);
        return;
      }
    }
    String folder = find("var/log/pods", name -> name.endsWith("_" + uid));
    String[] parts = folder == null ? new String[0] : folder.split("_", -1);
    if (parts.length == 3) {
      put(owner, Launch.POD_NAME, parts[1]);
      put(owner, Launch.NAMESPACE, parts[0]);
    }
  }

  private static void put(Map<String, String> owner, String attribute, String value) {
    if (!value.isEmpty()) {
      owner.put(attribute, value);
    }
  }

  private @Nullable String find(String folder, Predicate<String> wanted) {
    try (DirectoryStream<Path> names = Files.newDirectoryStream(root.resolve(folder))) {
      int seen = 0;
      for (Path name : names) {
        String text = String.valueOf(name.getFileName());
        if (wanted.test(text)) {
          return text;
        }
        if (++seen >= LOGS_MAX) {
          return null;
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      return null; // no kubelet here, or not for us to see: the pod goes by its UID
    }
    return null;
  }
}
