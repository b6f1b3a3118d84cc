/// <summary>The server or libpq reports a failure.</summary>
internal sealed class PostgresException(string message) : Exception(message);
