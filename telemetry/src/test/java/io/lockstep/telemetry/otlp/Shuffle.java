package io.lockstep.telemetry.otlp;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Encodes a message as no encoder does but every decoder must understand: fields in any order,
/// lists interrupted by other fields, lists of numbers packed or not, unknown fields of every type
/// between them.
public final class Shuffle {
  private final Random random;

  public Shuffle(Random random) {
    this.random = random;
  }

  public byte[] encode(Message message) throws IOException {
    var whole = new ByteArrayOutputStream();
    for (byte[] part : parts(message)) {
      whole.write(part);
    }
    return whole.toByteArray();
  }

  /// The message's fields in random order; the elements of a list keep theirs.
  private List<byte[]> parts(Message message) throws IOException {
    var lists = new ArrayList<List<byte[]>>();
    for (var entry : message.getAllFields().entrySet()) {
      lists.add(field(entry.getKey(), entry.getValue()));
    }
    lists.add(unknown());
    var turns = new ArrayList<Integer>();
    for (int i = 0; i < lists.size(); i++) {
      turns.addAll(Collections.nCopies(lists.get(i).size(), i));
    }
    Collections.shuffle(turns, random);
    var next = new int[lists.size()];
    return turns.stream().map(list -> lists.get(list).get(next[list]++)).toList();
  }

  private List<byte[]> field(FieldDescriptor field, Object value) throws IOException {
    if (!field.isRepeated()) {
      return List.of(one(field, value));
    }
    var list = (List<?>) value;
    if (field.isPackable() && random.nextBoolean()) {
      return List.of(packed(field, list));
    }
    var parts = new ArrayList<byte[]>();
    for (Object element : list) {
      parts.add(one(field, element));
    }
    return parts;
  }

  private byte[] one(FieldDescriptor field, Object value) throws IOException {
    return written(out -> {
      if (value instanceof Message child) {
        out.writeByteArray(field.getNumber(), encode(child));
        return;
      }
      switch (field.getType()) {
        case DOUBLE -> out.writeDouble(field.getNumber(), (Double) value);
        case FIXED64 -> out.writeFixed64(field.getNumber(), (Long) value);
        case SFIXED64 -> out.writeSFixed64(field.getNumber(), (Long) value);
        case FIXED32 -> out.writeFixed32(field.getNumber(), (Integer) value);
        case INT64 -> out.writeInt64(field.getNumber(), (Long) value);
        case UINT64 -> out.writeUInt64(field.getNumber(), (Long) value);
        case INT32 -> out.writeInt32(field.getNumber(), (Integer) value);
        case UINT32 -> out.writeUInt32(field.getNumber(), (Integer) value);
        case SINT32 -> out.writeSInt32(field.getNumber(), (Integer) value);
        case BOOL -> out.writeBool(field.getNumber(), (Boolean) value);
        case STRING -> out.writeString(field.getNumber(), (String) value);
        case BYTES -> out.writeBytes(field.getNumber(), (com.google.protobuf.ByteString) value);
        case ENUM ->
            out.writeEnum(
                field.getNumber(),
                ((com.google.protobuf.Descriptors.EnumValueDescriptor) value).getNumber());
        default -> throw new AssertionError("OTLP has a new type " + field.getType());
      }
    });
  }

  private static byte[] packed(FieldDescriptor field, List<?> list) throws IOException {
    byte[] numbers =
        written(out -> {
          for (Object value : list) {
            switch (field.getType()) {
              case DOUBLE -> out.writeDoubleNoTag((Double) value);
              case FIXED64 -> out.writeFixed64NoTag((Long) value);
              case UINT64 -> out.writeUInt64NoTag((Long) value);
              default -> throw new AssertionError("OTLP has a new list of " + field.getType());
            }
          }
        });
    return written(out -> out.writeByteArray(field.getNumber(), numbers));
  }

  private List<byte[]> unknown() throws IOException {
    var parts = new ArrayList<byte[]>();
    for (int count = random.nextInt(3); count > 0; count--) {
      int number = 900 + random.nextInt(1_000_000);
      parts.add(
          switch (random.nextInt(5)) {
            case 0 -> written(out -> out.writeUInt64(number, random.nextLong()));
            case 1 -> written(out -> out.writeFixed64(number, random.nextLong()));
            case 2 -> written(out -> out.writeFixed32(number, random.nextInt()));
            case 3 -> written(out -> out.writeString(number, "unknown"));
            default ->
                written(out -> {
                  out.writeTag(number, WireFormat.WIRETYPE_START_GROUP);
                  out.writeString(1, "inside");
                  out.writeTag(2, WireFormat.WIRETYPE_START_GROUP);
                  out.writeTag(2, WireFormat.WIRETYPE_END_GROUP);
                  out.writeTag(number, WireFormat.WIRETYPE_END_GROUP);
                });
          });
    }
    return parts;
  }

  private interface Part {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] written(Part part) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    part.write(out);
    out.flush();
    return bytes.toByteArray();
  }
}
