package io.lockstep.telemetry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/// Which state of a file this is, as far as can be told without reading it.
///
/// @param identity which file stands under its name; null where the file system does not say
public record FileStamp(FileTime modified, long bytes, @Nullable Object identity) {
  /// The file's state now.
  ///
  /// @throws IOException when there is no such file, or it can't be seen
  public static FileStamp of(Path file) throws IOException {
    var attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileStamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }
}
