/// <summary>What a NOTIFY of some client has sent.</summary>
internal readonly record struct Notification(string Channel, string Payload, int Backend);
