package dev.latchkey;

import java.util.regex.Pattern;

/** A request's target as it is signed: RFC 9421 sections 2.2.6 and 2.2.7. */
public final class Target {
    private static final int CHARS_MAX = 2048;
    private static final String PREFIX = "/api";

    /** RFC 3986 path characters without the semicolon. */
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~!$&'()*+,=:@%-]*)+");

    /** Visible ASCII but for the fragment's mark; never empty. */
    private static final Pattern QUERY = Pattern.compile("[!\"$-~]+");

    /** Empty and dot segments: what one server drops, merges or climbs, another serves. */
    private static final Pattern AMBIGUOUS_SEGMENT = Pattern.compile("/(?:/|\\.{1,2}(?:/|$))");

    /** A percent sign without its digits, or an escaped control character, dot, slash, semicolon. */
    private static final Pattern AMBIGUOUS_ESCAPE =
            Pattern.compile(
                    "%(?![0-9A-Fa-f]{2})|%(?:[01][0-9A-Fa-f]|2[EeFf]|3[Bb]|5[Cc]|7[Ff])");

    private final String path;
    private final String query;

    private Target(String path, String query) {
        this.path = path;
        this.query = query;
    }

    /**
     * Reads path and query below the service's address, exactly as they are sent.
     *
     * @param text {@code /api/login?a=b}; the {@code /api} may be missing, and is then added
     * @throws IllegalArgumentException for what two programs on the way could read differently
     */
    public static Target parse(String text) {
        int mark = text.indexOf('?');
        String path = mark < 0 ? text : text.substring(0, mark);
        String query = mark < 0 ? null : text.substring(mark + 1);
        boolean isGood =
                text.length() <= CHARS_MAX
                        && PATH.matcher(path).matches()
                        && !AMBIGUOUS_SEGMENT.matcher(path).find()
                        && !AMBIGUOUS_ESCAPE.matcher(path).find()
                        // A lone question mark would be signed as if there were no query.
                        && (query == null || QUERY.matcher(query).matches());
        if (!isGood) throw new IllegalArgumentException("not an unambiguous path and query");
        return new Target(canonical(path), "?" + (query == null ? "" : query));
    }

    /** Behind Hosting a path has the prefix, at the function's own address not: both sign the same. */
    private static String canonical(String path) {
        return path.equals(PREFIX) || path.startsWith(PREFIX + "/") ? path : PREFIX + path;
    }

    /** The value of {@code @path}. */
    public String path() {
        return path;
    }

    /** The value of {@code @query}: with its question mark, which is all of it when there is none. */
    public String query() {
        return query;
    }
}
