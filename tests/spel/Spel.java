// What Spring's own evaluator makes of expressions, as an oracle for the operators of crates/el; run by `cargo xtask spel`.
//
// Standard input: the first line is the context, itself an expression; every further line is an expression about it.
// Standard output: one line for each, its value as JSON or `error`.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.StandardEvaluationContext;

public class Spel {
    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        SpelExpressionParser parser = new SpelExpressionParser();
        Object root = parser.parseExpression(in.readLine()).getValue();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(parser, line, root));
        }
    }

    private static String answer(SpelExpressionParser parser, String expression, Object root) {
        StandardEvaluationContext context = new StandardEvaluationContext(root);
        context.addPropertyAccessor(new Keys());
        try {
            return json(parser.parseExpression(expression).getValue(context));
        } catch (RuntimeException failure) {
            return "error";
        }
    }

    private static String json(Object value) {
        if (value instanceof Map<?, ?> map) {
            StringJoiner entries = new StringJoiner(",", "{", "}");
            map.forEach((key, item) -> entries.add(text(String.valueOf(key)) + ":" + json(item)));
            return entries.toString();
        }
        if (value instanceof Iterable<?> items) {
            StringJoiner list = new StringJoiner(",", "[", "]");
            items.forEach(item -> list.add(json(item)));
            return list.toString();
        }
        if (value instanceof Double number && !Double.isFinite(number)) {
            return text(number.toString());
        }
        return value == null || value instanceof Number || value instanceof Boolean
                ? String.valueOf(value)
                : text(value.toString());
    }

    private static String text(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    // A key of a map is read as a property; one that is not there is null, as an attribute that was never set.
    private static final class Keys implements PropertyAccessor {
        @Override
        public Class<?>[] getSpecificTargetClasses() {
            return new Class<?>[] {Map.class};
        }

        @Override
        public boolean canRead(EvaluationContext context, Object target, String name) {
            return target instanceof Map;
        }

        @Override
        public TypedValue read(EvaluationContext context, Object target, String name) {
            return new TypedValue(((Map<?, ?>) target).get(name));
        }

        @Override
        public boolean canWrite(EvaluationContext context, Object target, String name) {
            return false;
        }

        @Override
        public void write(EvaluationContext context, Object target, String name, Object value) {
            throw new UnsupportedOperationException("expressions change nothing");
        }
    }
}
