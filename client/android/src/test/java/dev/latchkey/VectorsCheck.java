package dev.latchkey;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Runs the project's vectors against this signer: {@code java dev.latchkey.VectorsCheck test/vectors}.
 * Prints how many cases of each list were run; ends with 1 when one of them has failed.
 */
public final class VectorsCheck {
    /** One case: does nothing when it is as the vector says. */
    private interface Case {
        void run(Vector vector) throws GeneralSecurityException;
    }

    private final Path folder;
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private int failures;

    private VectorsCheck(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        VectorsCheck check = new VectorsCheck(Paths.get(arguments[0]));
        check.runAll();
        for (Map.Entry<String, Integer> count : check.counts.entrySet()) {
            System.out.println(count.getKey() + " " + count.getValue());
        }
        System.exit(check.failures == 0 ? 0 : 1);
    }

    private void runAll() throws IOException {
        runHmac();
        runApiKeys();
        runSlots();
        runDigests();
        runTargets();
        runRequests("signed-requests.json", file("signed-requests.json").object("credential"));
        runRequests("signatures.json", file("signatures.json"));
        runServerTimes();
        runVariants();
        runJwe();
    }

    /** The platform's own HMAC, so that a failure further on is ours. */
    private void runHmac() throws IOException {
        each("rfc4231-4.json", "cases", file("rfc4231-4.json").list("cases"), vector -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(vector.hex("keyHex"), "HmacSHA256"));
            same(mac.doFinal(vector.hex("dataHex")), vector.hex("macHex"));
        });
    }

    private void runApiKeys() throws IOException {
        String name = "api-key.json";
        Vector keys = file(name).object("apiKeys");
        each(name, "apiKeys.accepted", keys.list("accepted"), vector -> {
            ApiKey key = ApiKey.parse(vector.text("apiKey"));
            same(key.text(), vector.text("apiKey"));
            same(key.keyId(), vector.text("keyId"));
            same((long) key.masterVersion(), vector.number("masterVersion"));
        });
        each(name, "apiKeys.refused", keys.list("refused"),
                vector -> refused(() -> ApiKey.parse(vector.text("apiKey"))));
        Vector secrets = file(name).object("hmacSecrets");
        each(name, "hmacSecrets.accepted", secrets.list("accepted"), vector ->
                same(HmacSecret.parse(vector.text("hmacSecret")).getEncoded(), vector.hex("hex")));
        each(name, "hmacSecrets.refused", secrets.list("refused"),
                vector -> refused(() -> HmacSecret.parse(vector.text("hmacSecret"))));
    }

    private void runSlots() throws IOException {
        Vector file = file("slot.json");
        each("slot.json", "accepted", file.list("accepted"),
                vector -> same(Slot.of(vector.text("deviceId")), vector.text("slot")));
        each("slot.json", "refused", file.list("refused"),
                vector -> refused(() -> Slot.of(vector.text("deviceId"))));
    }

    private void runDigests() throws IOException {
        each("rfc9530-b.json", "all", Vector.listOf(json("rfc9530-b.json")), vector ->
                same(ContentDigest.of(utf8(vector.text("body"))), vector.text("contentDigest")));
        String name = "content-digest.json";
        each(name, "cases", file(name).list("cases"), vector -> {
            byte[] body = vector.hex("bodyHex");
            if (vector.has("bodyText")) same(utf8(vector.text("bodyText")), body);
            same(ContentDigest.of(body), vector.text("contentDigest"));
        });
    }

    private void runTargets() throws IOException {
        Vector file = file("target.json");
        each("target.json", "accepted", file.list("accepted"), vector -> {
            Target target = Target.parse(vector.text("target"));
            same(target.path(), vector.text("path"));
            same(target.query(), vector.text("query"));
        });
        each("target.json", "refused", file.list("refused"),
                vector -> refused(() -> Target.parse(vector.text("target"))));
    }

    private void runRequests(String name, Vector credential) throws IOException {
        Signer signer = signerOf(credential);
        List<Vector> requests = file(name).list("requests");
        // What this signer does not make: a signature that expires, and further signed headers.
        requests.removeIf(vector -> vector.has("expires"));
        each(name, "requests", requests, vector -> {
            Signed signed = signer.sign(vector.text("method"), vector.text("target"),
                    bodyOf(vector), vector.number("created"), vector.text("nonce"));
            same(signed.base(), vector.lines("signatureBase"));
            same(signed.headers(), vector.raw("headers"));
        });
    }

    private void runServerTimes() throws IOException {
        String name = "server-time.json";
        SecretKey secret = secretOf(file(name).object("credential"));
        each(name, "accepted", file(name).list("accepted"), vector ->
                same(ServerTime.read(vector.text("header"), vector.text("nonce"), secret),
                        vector.number("unixSeconds")));
        each(name, "refused", file(name).list("refused"), vector ->
                same(ServerTime.read(vector.text("header"), vector.text("nonce"), secret), -1L));
    }

    /** What the service tells a request that comes at a wrong time is what this signer believes. */
    private void runVariants() throws IOException {
        Vector file = file("variants.json");
        SecretKey secret = secretOf(file.object("credential"));
        String input = (String) ((Map<?, ?>) file.object("good").raw("headers")).get("Signature-Input");
        String nonce = input.replaceAll(".*nonce=\"([^\"]*)\".*", "$1");
        List<Vector> skewed = file.list("refused");
        skewed.removeIf(vector -> !vector.has("serverTime"));
        each("variants.json", "clock_skew", skewed, vector -> {
            long now = vector.has("serverSeconds")
                    ? vector.number("serverSeconds") : file.number("serverSeconds");
            same(ServerTime.read(vector.text("serverTime"), nonce, secret), now);
        });
    }

    /** Those for an RSA key, and all that is refused: what is for another key is refused as well. */
    private void runJwe() throws IOException {
        String name = "jwe.json";
        String keyId = file(name).text("keyId");
        Vector jwk = file(name).object("recipients").object("RSA");
        List<Vector> accepted = file(name).list("accepted");
        accepted.removeIf(vector -> !vector.text("recipient").equals("RSA"));
        each(name, "RSA accepted", accepted, vector -> {
            PrivateKey key = privateKeyOf(jwk);
            Jwe opened = Jwe.decrypt(vector.text("jwe"), key, keyId);
            same(opened.plaintext(), utf8(vector.text("plaintext")));
            same(opened.contentType(), "application/json");
            String again = Jwe.encrypt(opened.plaintext(), publicKeyOf(jwk), keyId);
            same(Jwe.decrypt(again, key, keyId).plaintext(), opened.plaintext());
        });
        // One of them is good for this key: it is refused by the other one.
        List<Vector> bad = file(name).list("refused");
        for (Vector good : accepted) {
            bad.removeIf(vector -> vector.text("jwe").equals(good.text("jwe")));
        }
        each(name, "refused", bad, vector -> {
            PrivateKey key = privateKeyOf(jwk);
            try {
                Jwe.decrypt(vector.text("jwe"), key, keyId);
            } catch (GeneralSecurityException expected) {
                return;
            }
            throw new AssertionError("decrypted");
        });
        // What is wrong with these is one thing, and not already that they are for another key.
        each(name, "RSA spoiled", accepted, vector -> {
            PrivateKey key = privateKeyOf(jwk);
            for (String spoiled : spoiltOnes(vector.text("jwe"))) {
                try {
                    Jwe.decrypt(spoiled, key, keyId);
                } catch (GeneralSecurityException expected) {
                    continue;
                }
                throw new AssertionError("decrypted: " + spoiled);
            }
        });
    }

    /** Another character in the middle of each part, and a header that says one thing more. */
    private static List<String> spoiltOnes(String jwe) {
        List<String> all = new ArrayList<>();
        String[] parts = jwe.split("\\.", -1);
        for (int at = 0; at < parts.length; at += 1) {
            String[] changed = parts.clone();
            int middle = parts[at].length() / 2;
            char other = parts[at].charAt(middle) == 'A' ? 'B' : 'A';
            changed[at] = parts[at].substring(0, middle) + other + parts[at].substring(middle + 1);
            all.add(String.join(".", changed));
        }
        String header = new String(Base64.decodeUrl(parts[0]), StandardCharsets.UTF_8);
        String[] more = parts.clone();
        more[0] = Base64.encodeUrl(utf8(header.replace("}", ",\"zip\":\"DEF\"}")));
        all.add(String.join(".", more));
        all.add(jwe + ".");
        return all;
    }

    private static PrivateKey privateKeyOf(Vector jwk) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePrivate(
                new RSAPrivateCrtKeySpec(number(jwk, "n"), number(jwk, "e"), number(jwk, "d"),
                        number(jwk, "p"), number(jwk, "q"), number(jwk, "dp"), number(jwk, "dq"),
                        number(jwk, "qi")));
    }

    private static PublicKey publicKeyOf(Vector jwk) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e")));
    }

    private static BigInteger number(Vector jwk, String name) {
        return new BigInteger(1, Base64.decodeUrl(jwk.text(name)));
    }

    private static Signer signerOf(Vector credential) {
        return new Signer(ApiKey.parse(credential.text("apiKey")), secretOf(credential));
    }

    private static SecretKey secretOf(Vector credential) {
        return HmacSecret.parse(credential.text("hmacSecret"));
    }

    private static Body bodyOf(Vector vector) {
        if (!vector.has("contentType")) return null;
        byte[] bytes = vector.has("bodyHex") ? vector.hex("bodyHex") : utf8(vector.text("body"));
        return Body.of(vector.text("contentType"), bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Vector file(String name) throws IOException {
        return new Vector(json(name));
    }

    private Object json(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(folder.resolve(name));
        return Json.parse(new String(bytes, StandardCharsets.UTF_8));
    }

    private void each(String file, String list, List<Vector> vectors, Case each) {
        for (Vector vector : vectors) {
            try {
                each.run(vector);
            } catch (GeneralSecurityException | RuntimeException | AssertionError failure) {
                failures += 1;
                System.out.println("FAILED " + file + " " + list + ": " + vector.text("title"));
                System.out.println("  " + failure);
            }
        }
        counts.put(file + " " + list, vectors.size());
    }

    private static void refused(Runnable parse) {
        try {
            parse.run();
        } catch (IllegalArgumentException expected) {
            return;
        }
        throw new AssertionError("accepted");
    }

    private static void same(Object actual, Object expected) {
        if (!expected.equals(actual)) throw new AssertionError(actual + " is not " + expected);
    }

    private static void same(byte[] actual, byte[] expected) {
        if (!Arrays.equals(actual, expected)) throw new AssertionError("other bytes");
    }
}
