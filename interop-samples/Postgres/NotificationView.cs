using Avalonia.Controls;

/// <summary>Shows notifications, one a line. Avalonia throws when another thread than its own touches a control.</summary>
internal sealed class NotificationView : StackPanel
{
    internal IEnumerable<string> Lines => Children.Cast<TextBlock>().Select(line => line.Text!);

    internal void Show(Notification notification) => Children.Add(new TextBlock { Text = $"{notification.Channel}: {notification.Payload}" });
}
