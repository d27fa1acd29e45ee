package io.lockstep.agent.sample.textfile;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The files of some folders. A file that has not changed is not read again. One thread.
final class TextFolder {
  static final int FILE_BYTES_MAX = 1 << 20;
  static final int FILES_MAX = 64;

  /// One file as it was last read.
  ///
  /// @param path whole
  /// @param key tells a file from one that was renamed into its place
  /// @param families empty where it has a problem
  /// @param problem why it says nothing; empty when it is read
  record TextFile(
      String path,
      FileTime changed,
      long bytes,
      @Nullable Object key,
      List<TextFamily> families,
      String problem) {
    boolean isStill(BasicFileAttributes now) {
      return changed.equals(now.lastModifiedTime())
          && bytes == now.size()
          && (key == null || key.equals(now.fileKey()));
    }
  }

  private final SortedMap<String, TextFile> files = new TreeMap<>();
  private final SortedMap<String, String> folderProblems = new TreeMap<>();
  private final List<Path> folders;
  private final int seriesMax;

  TextFolder(List<Path> folders, int seriesMax) {
    this.folders = folders;
    this.seriesMax = seriesMax;
  }

  /// By path, as they were when last looked at.
  SortedMap<String, TextFile> files() {
    return files;
  }

  /// Folders that can't be read → why.
  SortedMap<String, String> folderProblems() {
    return folderProblems;
  }

  /// Looks at all files, and reads those that have changed.
  void look() {
    folderProblems.clear();
    SortedMap<String, TextFile> now = new TreeMap<>();
    for (Path folder : folders) {
      try {
        for (Path file : promFiles(folder)) {
          look(file, now);
        }
      } catch (IOException e) {
        folderProblems.put(folder.toString(), FileProblem.words(folder, e));
      }
    }
    files.clear();
    files.putAll(now);
  }

  private static List<Path> promFiles(Path folder) throws IOException {
    var found = new ArrayList<Path>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.prom")) {
      all.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(null);
    return found;
  }

  private void look(Path file, SortedMap<String, TextFile> now) {
    String path = file.toAbsolutePath().toString();
    if (now.size() >= FILES_MAX) {
      folderProblems.put(
          String.valueOf(file.getParent()),
          "more than " + FILES_MAX + " files; " + path + " and" + " those behind it are not read");
      return;
    }
    try {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      TextFile known = files.get(path);
      now.put(path, known != null && known.isStill(is) ? known : read(file, path, is));
    } catch (NoSuchFileException _) {
      // it went away between two looks
    } catch (IOException e) {
      now.put(path, failed(path, FileTime.fromMillis(0), 0, FileProblem.words(file, e)));
    }
  }

  private static TextFile failed(String path, FileTime changed, long bytes, String why) {
    return new TextFile(path, changed, bytes, null, List.of(), why);
  }

  private TextFile read(Path file, String path, BasicFileAttributes is) {
    if (!is.isRegularFile()) {
      return failed(path, is.lastModifiedTime(), is.size(), "it is no file");
    }
    if (is.size() > FILE_BYTES_MAX) {
      return failed(
          path, is.lastModifiedTime(), is.size(), "larger than " + FILE_BYTES_MAX + " bytes");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      List<TextFamily> families = TextParser.parse(text, seriesMax);
      return new TextFile(path, is.lastModifiedTime(), is.size(), is.fileKey(), families, "");
    } catch (CharacterCodingException _) {
      return failed(path, is.lastModifiedTime(), is.size(), "it is no UTF-8 text");
    } catch (TextProblem e) {
      return failed(path, is.lastModifiedTime(), is.size(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      // not remembered as read: it is tried again
      return failed(path, FileTime.fromMillis(0), -1, FileProblem.words(file, e));
    }
  }
}
