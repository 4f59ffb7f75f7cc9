package dev.latchkey;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One object of a vector file, read by the names of its fields. */
final class Vector {
    private final Map<?, ?> fields;

    Vector(Object fields) {
        this.fields = (Map<?, ?>) fields;
    }

    boolean has(String name) {
        return fields.get(name) != null;
    }

    String text(String name) {
        return (String) fields.get(name);
    }

    long number(String name) {
        return (Long) fields.get(name);
    }

    byte[] hex(String name) {
        String digits = text(name);
        byte[] bytes = new byte[digits.length() / 2];
        for (int at = 0; at < bytes.length; at += 1) {
            bytes[at] = (byte) Integer.parseInt(digits.substring(2 * at, 2 * at + 2), 16);
        }
        return bytes;
    }

    /** A list of texts as lines. */
    String lines(String name) {
        StringBuilder lines = new StringBuilder();
        for (Object line : (List<?>) fields.get(name)) {
            lines.append(lines.length() == 0 ? "" : "\n").append(line);
        }
        return lines.toString();
    }

    Object raw(String name) {
        return fields.get(name);
    }

    Vector object(String name) {
        return new Vector(fields.get(name));
    }

    List<Vector> list(String name) {
        return listOf(fields.get(name));
    }

    static List<Vector> listOf(Object items) {
        List<Vector> vectors = new ArrayList<>();
        for (Object item : (List<?>) items) vectors.add(new Vector(item));
        return vectors;
    }
}
