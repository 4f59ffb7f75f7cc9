package dev.latchkey;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the vectors: a Map, List, String, Long, Boolean or null. For well-formed JSON without fractions. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) {
        Json reader = new Json(text);
        Object value = reader.value();
        reader.skipSpace();
        if (reader.at != text.length()) throw reader.unexpected();
        return value;
    }

    private Object value() {
        skipSpace();
        char first = text.charAt(at);
        if (first == '{') return object();
        if (first == '[') return array();
        if (first == '"') return string();
        if (take("true")) return true;
        if (take("false")) return false;
        if (take("null")) return null;
        return number();
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        expect("{");
        if (take("}")) return members;
        do {
            skipSpace();
            String name = string();
            expect(":");
            members.put(name, value());
        } while (take(","));
        expect("}");
        return members;
    }

    private List<Object> array() {
        List<Object> items = new ArrayList<>();
        expect("[");
        if (take("]")) return items;
        do items.add(value());
        while (take(","));
        expect("]");
        return items;
    }

    private String string() {
        expect("\"");
        StringBuilder value = new StringBuilder();
        while (text.charAt(at) != '"') value.append(character());
        expect("\"");
        return value.toString();
    }

    private char character() {
        char next = text.charAt(at++);
        if (next != '\\') return next;
        char escape = text.charAt(at++);
        int known = "bfnrt".indexOf(escape);
        if (known >= 0) return "\b\f\n\r\t".charAt(known);
        if (escape != 'u') return escape;
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }

    private Long number() {
        int from = at;
        while (at < text.length() && "-0123456789".indexOf(text.charAt(at)) >= 0) at += 1;
        if (from == at) throw unexpected();
        return Long.valueOf(text.substring(from, at));
    }

    /** Takes this text, behind any space, if it comes next. */
    private boolean take(String wanted) {
        skipSpace();
        if (!text.startsWith(wanted, at)) return false;
        at += wanted.length();
        return true;
    }

    private void expect(String wanted) {
        if (!take(wanted)) throw unexpected();
    }

    private void skipSpace() {
        while (at < text.length() && " \n\r\t".indexOf(text.charAt(at)) >= 0) at += 1;
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("unexpected text at " + at);
    }
}
