# Sourced by mvnw and lockstep: sets JAVA_HOME to a JDK 25 or newer, or says what to install.
# Looks at JAVA_HOME, then at `java` on the PATH, then at the usual folders.
is_jdk() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] &&
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" | { read -r v && [ "$v" -ge 25 ]; }
}
find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && is_jdk "$JAVA_HOME"; then
    echo "$JAVA_HOME"
    return
  fi
  if command -v javac >/dev/null 2>&1; then
    home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    if is_jdk "$home"; then
      echo "$home"
      return
    fi
  fi
  for home in /usr/lib/jvm/* /opt/jdk* /opt/java/* /usr/local/jdk* /usr/java/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_jdk "$home"; then
      echo "$home"
      return
    fi
  done
  return 1
}
if ! JAVA_HOME=$(find_jdk); then
  echo "lockstep needs a JDK 25 and found none in JAVA_HOME, on the PATH or in /usr/lib/jvm;" \
    "install one, for example Temurin 25 (package temurin-25-jdk from adoptium.net), or set JAVA_HOME" >&2
  exit 1
fi
export JAVA_HOME
