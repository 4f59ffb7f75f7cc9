// A stand-in with what the examples use, to compile and run them without the library.
package android.content;

public interface SharedPreferences {
    String getString(String name, String otherwise);

    Editor edit();

    interface Editor {
        Editor putString(String name, String value);

        boolean commit();
    }
}
