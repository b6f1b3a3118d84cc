using IOLoops.Analyzers.CodeFixes;

namespace IOLoops.Analyzers.Tests;

public sealed class HasFlagTests
{
    [Fact]
    public Task HasFlag_of_Error_becomes_HasError() => Code.Becomes<HasFlagAnalyzer, HasErrorFix>(
        "    bool Broken(IOEvents events) => /* first */ {|IOL0009:events.HasFlag(IOEvents.Error)|} || events.HasFlag(IOEvents.Read);",
        "    bool Broken(IOEvents events) => /* first */ events.HasError() || events.HasFlag(IOEvents.Read);");

    [Fact]
    public Task HasFlag_of_Error_and_more_is_reported_without_a_fix() => Code.Becomes<HasFlagAnalyzer, HasErrorFix>(
        "    bool Broken(IOEvents events) => {|IOL0009:events.HasFlag(IOEvents.Error | IOEvents.Read)|};",
        "    bool Broken(IOEvents events) => {|IOL0009:events.HasFlag(IOEvents.Error | IOEvents.Read)|};");

    [Fact]
    public Task Other_flags_and_other_enumerations_are_not_reported() => Code.Reports<HasFlagAnalyzer>(
        """
            const FileShare Eighteen = (FileShare)0x18;
            bool Fine(IOEvents events, FileShare share, IOEvents mask) =>
                events.HasFlag(IOEvents.Write) && share.HasFlag(Eighteen) && events.HasFlag(mask) && events.HasError() && (events & IOEvents.Error) != 0;
        """);
}
